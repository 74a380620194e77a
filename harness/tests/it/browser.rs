//! The real browser, where there is one; where browser tests are required, its absence is a failure.

use harness::driver::{Chromedriver, Missing};
use harness::record::run::State;
use harness::run::{Drivers, Options, Runner};

use crate::stage::options;

/// Whether a browser can be started. Its absence is told, and is a failure where browser tests are required.
async fn there_is_a_browser() -> bool {
    let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
    match Chromedriver::start().await {
        Ok(_) => true,
        Err(missing @ (Missing::Program { .. } | Missing::Start(_) | _)) => {
            assert!(!required, "{missing}");
            println!("skipped: {missing}");
            false
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_agree_and_sign_out_with_a_browser() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { drivers: Drivers::Auto, ..options("mock", &["browser"], folder.path()) };
    let browser = there_is_a_browser().await;
    let run = Runner::open(options).await.expect("a mock").run(|_| {}).await;
    assert_eq!(run.totals.scenarios, 7);
    for record in &run.scenarios {
        let expected = if browser { State::Pass } else { State::Skip };
        assert_eq!(record.state, expected, "{}: {:?}", record.id, record.reason);
        assert_eq!(record.driver, "browser");
    }
}
