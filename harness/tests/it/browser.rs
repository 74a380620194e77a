//! The real browser, where there is one; where browser tests are required, its absence is a failure.

use harness::driver::Chromedriver;
use harness::record::run::State;
use harness::run::{Drivers, Options, Runner};

use crate::stage::options;

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_agree_and_sign_out_with_a_browser() {
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
