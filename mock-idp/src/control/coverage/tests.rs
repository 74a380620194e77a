use std::collections::BTreeSet;

use super::document::{self, BEGIN, END};
use super::*;

const DOCUMENT: &str = "../docs/management-api.md";

fn coverage() -> Coverage {
    Coverage::of(&Table::new(&crate::http::GROUP, &[&crate::control::GROUP]).unwrap())
}

#[test]
fn every_line_of_the_list_is_an_operation_with_an_id_of_its_own() {
    let lines = PUBLISHED.lines().skip(1);
    assert!(lines.clone().all(|line| line.split('\t').count() == 4), "four columns");
    let coverage = coverage();
    assert_eq!(coverage.published, lines.count());
    let ids: BTreeSet<&str> = coverage.operations.iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), coverage.published);
    assert_eq!(coverage.complete + coverage.partial + coverage.absent, coverage.published);
}

#[test]
fn what_is_missing_is_only_listed_for_operations_that_are_served() {
    let absent: BTreeSet<&str> = coverage()
        .operations
        .iter()
        .filter(|operation| operation.state == CoverageState::Absent)
        .map(|operation| operation.id)
        .collect();
    for line in PUBLISHED.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        assert!(columns[3].is_empty() || !absent.contains(columns[2]), "{} is not served", columns[2]);
    }
}

#[test]
fn the_state_of_an_operation_follows_from_its_route() {
    let coverage = coverage();
    let find = |id: &str| coverage.operations.iter().find(|operation| operation.id == id).unwrap();
    assert_eq!(find("createUser").resource(), "users");
    assert_eq!(find("createUserType").resource(), "meta/types");
    assert_eq!(find("getWellknownOrgMetadata").resource(), "/.well-known");
    assert_ne!(find("createUser").state, CoverageState::Absent);
    assert_eq!(find("listAgentPools").state, CoverageState::Absent);
    assert!(is_same_path("/api/v1/users/{id}", "/api/v1/users/{userId}"));
    assert!(!is_same_path("/api/v1/users/{id}", "/api/v1/users/me"));
    assert!(!is_same_path("/api/v1/users/{id}", "/api/v1/users/{id}/groups"));
}

#[test]
fn the_page_of_the_documentation_shows_the_current_coverage() {
    let text = std::fs::read_to_string(DOCUMENT).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let current = format!("{head}{BEGIN}\n\n{}\n{END}{tail}", document::tables(&coverage()));
    if std::env::var_os("UPDATE_COVERAGE").is_some() {
        std::fs::write(DOCUMENT, &current).unwrap();
    }
    assert!(
        std::env::var_os("UPDATE_COVERAGE").is_some() || text == current,
        "docs/management-api.md is stale: run UPDATE_COVERAGE=1 cargo test -p mock-idp --lib coverage"
    );
}
