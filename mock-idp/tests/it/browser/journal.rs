//! The console's scripts.

use mock_idp::MockIdp;

use super::chromium::{Chromium, Options};
use crate::flow::{WEB, authorize, browser, code_request, parameter, redeem};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_request_appears_in_the_journal_and_is_announced() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let mock = MockIdp::builder().start().await.unwrap();
    chromium.open(&format!("{}/_mock/console/requests?path=token", mock.url())).await;
    assert_eq!(chromium.text("[data-se=count]").await, "No requests yet.");
    let arrived = authorize(&mock, &browser(), "admin@example.test", &code_request(WEB, "openid")).await;
    redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    chromium.wait_until("return document.getElementById('news').textContent === '1 new request'").await;
    assert_eq!(chromium.text("a.request").await, "POST /oauth2/default/v1/token");
    assert_eq!(chromium.text("[data-se=count]").await, "1 of 3 requests.");

    chromium.css("#live").await.click().await.unwrap();
    redeem(&mock, "none").await;
    // With "Live" off nothing is asked; a reload shows the request.
    chromium.client.refresh().await.unwrap();
    assert_eq!(chromium.text("[data-se=count]").await, "2 of 4 requests.");
    chromium.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_and_paths_of_the_journal_are_not_broken_within_words() {
    for width in [390, 1280] {
        let Some(chromium) = Chromium::start(Options { width, ..Options::default() }).await else { return };
        let mock = MockIdp::builder().start().await.unwrap();
        authorize(&mock, &browser(), "admin@example.test", &code_request(WEB, "openid")).await;
        chromium.open(&format!("{}/_mock/console/requests", mock.url())).await;
        let broken = chromium
            .run("return [...document.querySelectorAll('.journal .unbroken')].filter((part) => part.getClientRects().length > 1).length")
            .await;
        assert_eq!(broken, 0, "{width}");
        let overflow = chromium.run("return document.documentElement.scrollWidth > innerWidth").await;
        assert_eq!(overflow, false, "{width}");
        chromium.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_button_copies_the_claims_or_selects_them() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let mock = MockIdp::builder().start().await.unwrap();
    chromium.open(&format!("{}/_mock/console/preview", mock.url())).await;
    chromium.css("[data-copies=claims-1]").await.click().await.unwrap();
    chromium.wait_until("return document.getElementById('copied').textContent !== ''").await;
    let claims = chromium.run("return document.getElementById('claims-1').textContent").await;
    let copied = match chromium.run("return document.getElementById('copied').textContent").await.as_str() {
        Some("Copied") => {
            // A field of one line: pasting drops the line ends.
            chromium.css("#response_type").await.send_keys("\u{e009}v").await.unwrap();
            chromium.run("return document.getElementById('response_type').value").await
        }
        Some("Selected") => chromium.run("return String(getSelection())").await,
        other => panic!("{other:?}"),
    };
    let bare = |text: &serde_json::Value| text.as_str().unwrap().replace(char::is_whitespace, "");
    assert_eq!(bare(&copied), bare(&claims));
    chromium.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_console_has_no_dead_controls() {
    let Some(chromium) = Chromium::start(Options { scripts: false, ..Options::default() }).await else { return };
    let mock = MockIdp::builder().start().await.unwrap();
    for path in ["/", "/_mock", "/_mock/console/preview", "/_mock/console/requests", "/_mock/console/inbox"] {
        chromium.open(&format!("{}{path}", mock.url())).await;
        for control in chromium.client.find_all(fantoccini::Locator::Css("button.copy, #live")).await.unwrap() {
            assert!(!control.is_displayed().await.unwrap(), "{path}");
        }
    }
    chromium.close().await;
}
