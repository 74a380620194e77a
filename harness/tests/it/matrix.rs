//! A change of the org changes exactly the affected snapshots of the claim matrix.

use std::collections::BTreeSet;

use harness::run::Runner;
use mock_idp::{BUILT_IN_ORG, MockIdp};

use crate::support::options;

/// The scenarios whose snapshots differ after a change of the market org.
async fn touched(from: &str, to: &str) -> BTreeSet<String> {
    let changed = BUILT_IN_ORG.replacen(from, to, 1);
    assert_ne!(changed, BUILT_IN_ORG, "{from} is not in the market org");
    let mock = MockIdp::builder().org_yaml(&changed).start().await.expect("a mock");
    let reports = tempfile::tempdir().expect("a folder");
    let runner = Runner::open(options(mock.issuer(), &["matrix"], reports.path())).await.expect("a target");
    let run = runner.run(|_| {}).await;
    assert!(run.totals.scenarios >= 57, "{}", run.totals.scenarios);
    run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).map(|scenario| scenario.id.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_name_changes_the_tokens_of_that_user_only() {
    let touched = touched("lastName: \"Buyer\"", "lastName: \"Byer\"").await;
    let expected = [
        "matrix.custom.code.spa.buyer.person",
        "matrix.custom.code.web.buyer.person",
        "matrix.custom.implicit.web.buyer.person",
        "matrix.org.code.web.buyer.person",
    ];
    assert_eq!(touched, expected.map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_note_changes_no_token() {
    assert_eq!(touched("note: buys, basic", "note: buys a little").await, BTreeSet::new());
}
