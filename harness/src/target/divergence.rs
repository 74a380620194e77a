//! Known divergences: where a target is known to differ, as data with a reason (`fixtures/divergences.toml`).
//!
//! A check that fails as an entry says is an expected failure. One that passes although an entry says that it
//! fails makes the run fail: a list that outlives its facts would hide the next defect.

use globset::{Glob, GlobMatcher};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    divergence: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The target's name or kind.
    target: String,
    /// The scenario's id, or a pattern of ids.
    scenario: String,
    /// The check's id.
    check: String,
    reason: String,
    link: Option<String>,
}

/// One known divergence.
#[derive(Clone, Debug)]
pub struct Divergence {
    target: String,
    scenario: GlobMatcher,
    check: String,
    /// Why it is known and accepted, with a link if there is one.
    pub reason: String,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Divergences(Vec<Divergence>);

/// Why the list can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DivergenceError {
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    #[error("the pattern of scenarios: {0}")]
    Pattern(#[from] globset::Error),
    #[error("the entry for check {0} gives no reason")]
    Reason(String),
}

impl Divergences {
    /// Reads the list.
    ///
    /// # Errors
    /// When it isn't one, or an entry gives no reason.
    pub fn parse(text: &str) -> Result<Self, DivergenceError> {
        let file: File = toml::from_str(text)?;
        let entries = file.divergence.into_iter().map(|entry| {
            if entry.reason.trim().is_empty() {
                return Err(DivergenceError::Reason(entry.check));
            }
            Ok(Divergence {
                target: entry.target,
                scenario: Glob::new(&entry.scenario)?.compile_matcher(),
                check: entry.check,
                reason: match entry.link {
                    Some(link) => format!("{} ({link})", entry.reason),
                    None => entry.reason,
                },
            })
        });
        Ok(Self(entries.collect::<Result<_, _>>()?))
    }

    /// The entry that speaks of this check in this scenario on a target with one of these names.
    #[must_use]
    pub fn find(&self, target: &[&str], scenario: &str, check: &str) -> Option<&Divergence> {
        self.0.iter().find(|entry| {
            target.contains(&entry.target.as_str()) && entry.check == check && entry.scenario.is_match(scenario)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_speaks_of_its_target_scenarios_and_check_only() {
        let list = Divergences::parse(
            "[[divergence]]\ntarget = 'okta'\nscenario = 'code.reuse*'\ncheck = 'code.reuse.revokes'\nreason = 'seen'\n",
        )
        .expect("a list");
        assert_eq!(list.find(&["okta", "okta"], "code.reuse", "code.reuse.revokes").expect("found").reason, "seen");
        assert!(list.find(&["mock"], "code.reuse", "code.reuse.revokes").is_none());
        assert!(list.find(&["okta"], "code.web", "code.reuse.revokes").is_none());
        assert!(list.find(&["okta"], "code.reuse", "other").is_none());
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        let list = Divergences::parse("[[divergence]]\ntarget = 'okta'\nscenario = '*'\ncheck = 'x'\nreason = ' '\n");
        assert!(matches!(list, Err(DivergenceError::Reason(check)) if check == "x"));
    }
}
