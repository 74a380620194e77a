//! Applies known divergences to findings.

use crate::issuer_target::Divergences;
use crate::record::{Entry, Finding, Verdict};

/// Marks the findings that match a known divergence.
pub(super) fn apply(divergences: &Divergences, scenario: &str, entries: &mut [Entry]) {
    let mut findings: Vec<&mut Finding> = entries
        .iter_mut()
        .filter_map(|entry| match entry {
            Entry::Finding(finding) => Some(finding),
            _ => None,
        })
        .collect();
    let checks: Vec<String> = findings.iter().map(|finding| finding.check.clone()).collect();
    for (index, check) in checks.iter().enumerate() {
        if checks[..index].contains(check) {
            continue;
        }
        let Some(divergence) = divergences.find(scenario, check) else { continue };
        let mut same: Vec<&mut &mut Finding> = findings.iter_mut().filter(|finding| finding.check == *check).collect();
        let occurs = same.iter().any(|finding| finding.verdict == Verdict::Fail);
        for finding in &mut same {
            let marked = match finding.verdict {
                Verdict::Fail => Verdict::ExpectedFail,
                Verdict::Pass if !occurs => Verdict::UnexpectedPass,
                _ => continue,
            };
            finding.verdict = marked;
            finding.reason = Some(divergence.reason.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer_target::Behavior;
    use crate::record::Severity;
    use crate::record::run::{ScenarioRecord, State};

    fn finding(check: &str, verdict: Verdict) -> Entry {
        Entry::Finding(Finding {
            check: check.to_owned(),
            says: String::new(),
            severity: Severity::Must,
            citations: vec![],
            verdict,
            expected: String::new(),
            actual: String::new(),
            reason: None,
            snapshot: false,
        })
    }

    fn judged(mut entries: Vec<Entry>) -> State {
        let list = "[[divergence]]\ntarget='okta'\nscenario='s'\ncheck='known'\nreason='because'\n";
        let list = Divergences::parse(list).expect("a list");
        apply(&list.of(|name| name == "okta", Behavior::Okta), "s", &mut entries);
        ScenarioRecord::judge(&entries)
    }

    #[test]
    fn a_known_failure_is_expected_and_another_one_fails() {
        assert_eq!(judged(vec![finding("known", Verdict::Fail)]), State::ExpectedFail);
        assert_eq!(judged(vec![finding("known", Verdict::Fail), finding("other", Verdict::Fail)]), State::Fail);
    }

    #[test]
    fn a_known_failure_that_no_longer_occurs_is_bad() {
        assert_eq!(judged(vec![finding("known", Verdict::Pass)]), State::UnexpectedPass);
        assert!(State::UnexpectedPass.is_bad());
    }

    #[test]
    fn a_known_failure_among_passes_of_the_same_check_still_occurs() {
        let entries = vec![finding("known", Verdict::Pass), finding("known", Verdict::Fail)];
        assert_eq!(judged(entries), State::ExpectedFail);
    }

    #[test]
    fn a_skipped_check_is_not_an_unexpected_pass() {
        assert_eq!(judged(vec![finding("known", Verdict::Skip)]), State::Pass);
    }
}
