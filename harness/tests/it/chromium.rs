//! Browsers of tests. With BROWSER_TESTS=required a missing one is a failure.

use std::path::Path;

use fantoccini::{Client, ClientBuilder};
use harness::driver::Chromedriver;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, json};

/// ChromeDriver; `None` on machines without it or a browser.
#[expect(clippy::print_stdout, reason = "a test that is skipped says why")]
pub(crate) async fn chromedriver() -> Option<Chromedriver> {
    match Chromedriver::start().await {
        Ok(chromedriver) => Some(chromedriver),
        Err(missing) => {
            let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
            assert!(!required, "{missing}");
            println!("skipped: {missing}");
            None
        }
    }
}

/// A browser of that width and preferred colour scheme: 0 is dark, 1 is light.
pub(crate) async fn open(chromedriver: &Chromedriver, profile: &Path, (width, scheme): (u32, u8)) -> Client {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        &format!("--blink-settings=preferredColorScheme={scheme}"),
        &format!("--user-data-dir={}", profile.display()),
    ];
    let mut options = json!({ "binary": chromedriver.browser(), "args": arguments });
    if width < 500 {
        // A window cannot be that narrow, but an emulated screen can.
        options["mobileEmulation"] = json!({ "deviceMetrics": { "width": width, "height": 844, "pixelRatio": 1.0 } });
    }
    let capabilities = Map::from_iter([("goog:chromeOptions".to_owned(), options)]);
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(chromedriver.address())
        .await
        .expect("a browser");
    client.set_window_size(width, 900).await.expect("a size");
    client
}
