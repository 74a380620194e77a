//! Passkeys in a real browser: the script of the page, and a virtual authenticator. WebAuthn Level 2, 11.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::app::App;
use super::chromium::{Chromium, Options};
use crate::factors::passkeys::{factors, resistant, with_autofill, with_webauthn};
use crate::factors::{LOGIN, PASSWORD, app_policy};
use crate::flow::WEB;

/// A command about virtual authenticators.
#[derive(Debug)]
struct Authenticators(Value);

impl WebDriverCompatibleCommand for Authenticators {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/webauthn/authenticator", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

/// Opens the sign-in page.
async fn begin(chromium: &Chromium, mock: &str, app: &App) {
    let landing = app.url("/landing");
    let request = [
        ("client_id", WEB),
        ("redirect_uri", &*landing),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
    ];
    let url = Url::parse_with_params(&format!("{mock}/oauth2/default/v1/authorize"), request).unwrap();
    chromium.open(url.as_str()).await;
}

/// Signs in to the demo with the passkey of the browser, which the page asks for by itself.
async fn sign_in(chromium: &Chromium, mock: &str, app: &App) {
    begin(chromium, mock, app).await;
    for (field, value) in [("identifier", LOGIN), ("credentials.passcode", PASSWORD)] {
        chromium.css(&format!("input[name='{field}']")).await.send_keys(value).await.unwrap();
        chromium.css("input[type='submit']").await.click().await.unwrap();
    }
}

/// An authenticator that keeps passkeys itself and knows its user.
async fn add_authenticator(chromium: &Chromium) {
    let authenticator = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true,
    });
    chromium.client.issue_cmd(Authenticators(authenticator)).await.unwrap();
}

/// Signs out by forgetting the cookies of the mock, which are those of the page before the app's.
async fn forget(chromium: &Chromium, base: &str) {
    chromium.client.delete_all_cookies().await.unwrap();
    chromium.open(base).await;
    chromium.client.delete_all_cookies().await.unwrap();
}

#[tokio::test]
async fn a_browser_registers_a_passkey_and_signs_in_with_it() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let app = App::start().await;
    let org = app_policy(with_webauthn("REQUIRED"), &resistant()).oauth(WEB, |client| {
        client.redirect_uris.push(app.url("/landing"));
    });
    let mock = org.start().await;
    // Browsers have no passkeys for addresses.
    let base = mock.url().trim_end_matches('/').replace("127.0.0.1", "localhost");
    add_authenticator(&chromium).await;
    sign_in(&chromium, &base, &app).await;
    chromium.css("[data-se='webauthn'] a").await.click().await.unwrap();
    chromium.css("#arrived").await;
    let enrolled = factors(&mock).await;
    let credential = &enrolled[0]["credential"];
    assert_eq!((&credential["publicKey"]["alg"], &credential["transports"]), (&json!("ES256"), &json!(["internal"])));

    forget(&chromium, &base).await;
    sign_in(&chromium, &base, &app).await;
    chromium.css("#arrived").await;
    assert_ne!(factors(&mock).await[0]["credential"]["signCount"], credential["signCount"], "it has signed");
    chromium.close().await;
}

/// Without a passkey the first page waits for the user's name; with one the browser offers it, and the virtual authenticator agrees.
#[tokio::test]
async fn a_browser_offers_the_passkey_on_the_first_page() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let app = App::start().await;
    let org = app_policy(with_autofill(with_webauthn("PREFERRED")), &resistant()).oauth(WEB, |client| {
        client.redirect_uris.push(app.url("/landing"));
    });
    let mock = org.start().await;
    let base = mock.url().trim_end_matches('/').replace("127.0.0.1", "localhost");
    add_authenticator(&chromium).await;
    sign_in(&chromium, &base, &app).await;
    chromium.css("[data-se='webauthn'] a").await.click().await.unwrap();
    chromium.css("#arrived").await;

    forget(&chromium, &base).await;
    begin(&chromium, &base, &app).await;
    assert_eq!(chromium.text("#arrived").await, "Arrived");
    assert_eq!(factors(&mock).await.as_array().unwrap().len(), 1);
    chromium.close().await;
}
