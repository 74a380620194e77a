//! Every check that a provider must pass has a proof that it can turn red.

use std::collections::BTreeSet;

use harness::record::Severity;

use crate::{faults, modules, spoilt, tampering};

/// Checks, or the beginnings of their ids, that are proved elsewhere, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("configuration.address", "an issuer by another name is refused before any scenario; check::configuration's tests"),
    ("configuration.issuer", "the same"),
    ("discovery.scheme", "the proxy speaks no https; what it spoils would not be asked for"),
    ("fapi.id-token-alg", "no issuer of ours signs ID tokens but with RS256: red in every run, a known divergence"),
    ("fapi.metadata-id-token-algs", "the same"),
    ("logout-token.", "logout tokens are posted past the proxy; check::logout's tests"),
    ("proof.", "many calls of one scenario, each of which turns red in fapi2"),
    ("userinfo.signature", "no issuer of ours signs userinfo; check::userinfo's tests"),
    ("userinfo.alg", "the same"),
    ("userinfo.no-nonce", "the same"),
];

#[test]
fn every_must_has_a_proof() {
    let tables = [faults::PROVED, modules::PROVED, spoilt::PROVED, tampering::PROVED];
    let proved: BTreeSet<&str> = tables.into_iter().flatten().copied().collect();
    let musts = || harness::scenario::checks().filter(|check| check.severity == Severity::Must).map(|check| check.id);
    let elsewhere = |id: &str| ELSEWHERE.iter().any(|(beginning, _)| id.starts_with(beginning));
    let unproved: Vec<&str> = musts().filter(|id| !proved.contains(id) && !elsewhere(id)).collect();
    assert_eq!(unproved, Vec::<&str>::new());
    for (beginning, why) in ELSEWHERE {
        assert!(musts().any(|id| id.starts_with(beginning) && !proved.contains(id)), "{beginning} {why}");
    }
}
