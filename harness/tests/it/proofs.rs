//! Every check of severity must has a test in which it fails.

use std::collections::BTreeSet;

use harness::record::Severity;

use crate::{changed_responses, changed_responses_by_check, changed_responses_of_modules, faults, mutation};

/// Checks, or prefixes of their ids, that are tested elsewhere, and where.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "configuration.address",
        "an issuer with another name is rejected before any scenario; unit tests of check::configuration",
    ),
    ("configuration.issuer", "the same"),
    ("discovery.scheme", "unit tests of check::discovery"),
    ("session-management.", "tested in browser"),
    ("logout-token.readable", "unit tests of check::logout"),
    ("proof.", "tested in fapi2"),
    ("userinfo.signature", "unit tests of check::userinfo"),
    ("userinfo.alg", "the same"),
    ("userinfo.no-nonce", "the same"),
];

#[test]
fn every_must_check_fails_in_a_test() {
    let tables = [
        faults::TESTED,
        changed_responses_of_modules::TESTED,
        changed_responses_by_check::TESTED,
        changed_responses::TESTED,
    ];
    let tested: BTreeSet<&str> = tables.into_iter().flatten().copied().chain(mutation::tested()).collect();
    let musts = || harness::scenario::checks().filter(|check| check.severity == Severity::Must).map(|check| check.id);
    let elsewhere = |id: &str| ELSEWHERE.iter().any(|(beginning, _)| id.starts_with(beginning));
    let untested: Vec<&str> = musts().filter(|id| !tested.contains(id) && !elsewhere(id)).collect();
    assert_eq!(untested, Vec::<&str>::new());
    for (beginning, why) in ELSEWHERE {
        assert!(musts().any(|id| id.starts_with(beginning) && !tested.contains(id)), "{beginning} {why}");
    }
}
