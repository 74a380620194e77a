//! Scenarios with a browser, if there is one. With BROWSER_TESTS=required a missing browser is a failure.

use harness::driver::Chromedriver;
use harness::record::run::State;
use harness::run::{Drivers, Options, Runner};

use crate::support::options;

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_scenarios_pass_or_are_skipped_without_a_browser() {
    let missing = Chromedriver::start().await.err();
    if let Some(missing) = &missing {
        let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
        assert!(!required, "{missing}");
        println!("every scenario is skipped: {missing}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { drivers: Drivers::Auto, ..options("mock", &["browser"], folder.path()) };
    let run = Runner::open(options).await.expect("a mock").run(|_| {}).await;
    assert_eq!(run.totals.scenarios, 7);
    for record in &run.scenarios {
        let expected = if missing.is_none() { State::Pass } else { State::Skip };
        assert_eq!(record.state, expected, "{}: {:?}", record.id, record.reason);
        assert_eq!(record.driver, "browser");
    }
}
