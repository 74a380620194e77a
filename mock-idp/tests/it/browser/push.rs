//! The page that waits for a push notification, in a real browser: it goes on by itself.

use serde_json::json;
use url::Url;

use super::app::App;
use super::chromium::{Chromium, Options};
use crate::flow::{WEB, browser};
use crate::org::TestOrg;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_goes_on_when_the_push_is_approved() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let app = App::start().await;
    let landing = app.url("/landing");
    let mock = TestOrg::market().oauth(WEB, |client| client.redirect_uris.push(landing.clone())).start().await;
    let request = [
        ("client_id", WEB),
        ("redirect_uri", &*landing),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("ui_locales", "de"),
    ];
    let url = Url::parse_with_params(&format!("{}/v1/authorize", mock.issuer()), request).unwrap();
    chromium.open(url.as_str()).await;
    for (field, value) in [("identifier", "push@example.test"), ("credentials.passcode", "Passw0rd!")] {
        chromium.css(&format!("input[name='{field}']")).await.send_keys(value).await.unwrap();
        chromium.css("input[type='submit']").await.click().await.unwrap();
    }
    chromium.css("[data-se='okta_verify-push'] a").await.click().await.unwrap();
    chromium.css("[data-se='challenge-number']").await;
    let answer = json!({ "decision": "approve", "user": "push@example.test" });
    let answered = browser().post(format!("{}/_mock/pushes", mock.url())).json(&answer).send().await.unwrap();
    assert_eq!(answered.status(), 200);
    assert_eq!(chromium.text("#arrived").await, "Arrived");
    chromium.close().await;
}
