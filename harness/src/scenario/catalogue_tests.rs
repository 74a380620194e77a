use std::collections::BTreeSet;

use super::*;

#[test]
fn scenario_ids_are_unique_words_and_every_scenario_has_a_title_and_citations() {
    let scenarios = catalogue(&Fixtures::built_in()).expect("a catalogue");
    let ids: BTreeSet<&str> = scenarios.iter().map(|scenario| &*scenario.id).collect();
    assert_eq!(ids.len(), scenarios.len());
    for Scenario { id, title, citations, .. } in &scenarios {
        // The matrix has the names of an org.
        let words = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-');
        assert!(words || id.starts_with("matrix."), "{id}");
        assert!(!title.is_empty() && !citations.is_empty(), "{id}");
    }
}

#[test]
fn check_ids_are_unique_words_and_every_check_cites() {
    let ids: BTreeSet<&str> = checks().map(|check| check.id).collect();
    assert_eq!(ids.len(), checks().count());
    for check in checks() {
        assert!(check.cites.iter().all(|cite| !cite.is_empty()) && !check.cites.is_empty(), "{}", check.id);
        let words = check.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-');
        assert!(words, "{}", check.id);
    }
}
