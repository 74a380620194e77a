//! Sign-in ends at the app, whatever the app's callback does next. Chromium applies `form-action` and `frame-src` to each redirect.

use mock_idp::MockIdp;
use mock_idp_core::org::SignInForm;
use serde_json::Value;

use super::app::App;
use super::chromium::{Chromium, Options};
use crate::flow::{WEB, WEB_SECRET, browser, parameter};
use crate::org::TestOrg;

const PARTNER: &str = "0oamarketpartner05d7";
const BUYER: &str = "buyer@example.test";
const PASSWORD: &str = "Passw0rd!";

fn org(app: &App) -> TestOrg {
    let callback = app.url("/callback");
    let logout = app.url("/bye");
    TestOrg::market()
        .oauth(WEB, |client| {
            client.redirect_uris.extend([callback.clone(), app.url("/done")]);
            client.participate_slo = true;
            client.frontchannel_logout_uri = Some(logout);
            client.logo_uri = Some("http://logo.example.test/x.png".to_owned());
        })
        .oauth(PARTNER, |client| client.redirect_uris.push(callback.clone()))
}

/// Opens the authorization endpoint in a new sign-in.
async fn open(chromium: &Chromium, mock: &MockIdp, app: &App, client_id: &str, more: &[(&str, &str)]) {
    open_for(chromium, mock, &app.url("/callback"), client_id, more).await;
}

async fn open_for(chromium: &Chromium, mock: &MockIdp, callback: &str, client_id: &str, more: &[(&str, &str)]) {
    let scope = if client_id == PARTNER { "openid orders:read:user" } else { "openid" };
    let mut url = url::Url::parse(&format!("{}/v1/authorize", mock.issuer())).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("client_id", client_id), ("redirect_uri", callback), ("response_type", "code")])
        .extend_pairs([("scope", scope), ("state", "s"), ("prompt", "login")])
        .extend_pairs(more);
    chromium.open(url.as_str()).await;
}

async fn type_password(chromium: &Chromium) {
    chromium.css("[name=identifier]").await.send_keys(BUYER).await.unwrap();
    chromium.css("[type=submit]").await.click().await.unwrap();
    chromium.css("[name='credentials.passcode']").await.send_keys(PASSWORD).await.unwrap();
    chromium.css("[type=submit]").await.click().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_the_sign_in_ends_where_the_redirects_of_the_app_end() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let app = App::start().await;
    let mock = org(&app).start().await;

    open(&chromium, &mock, &app, WEB, &[]).await;
    type_password(&chromium).await;
    assert_eq!(chromium.text("#arrived").await, "Arrived", "a password");

    open(&chromium, &mock, &app, WEB, &[]).await;
    chromium.css("a[data-se=picker-user][href$='user=buyer%40example.test']").await.click().await.unwrap();
    assert_eq!(chromium.text("#arrived").await, "Arrived", "the picker");

    open(&chromium, &mock, &app, WEB, &[("response_mode", "form_post")]).await;
    type_password(&chromium).await;
    assert_eq!(chromium.text("#arrived").await, "Arrived", "form_post");

    for button in ["consent-deny", "consent-allow"] {
        open(&chromium, &mock, &app, PARTNER, &[]).await;
        type_password(&chromium).await;
        chromium.css(&format!("[data-se={button}]")).await.click().await.unwrap();
        assert_eq!(chromium.text("#arrived").await, "Arrived", "{button}");
    }
    chromium.close().await;

    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let mock = org(&app).edit(|document| document.settings.sign_in_page.form = SignInForm::Classic).start().await;
    open(&chromium, &mock, &app, WEB, &[]).await;
    chromium.css("#okta-signin-username").await.send_keys(BUYER).await.unwrap();
    chromium.css("#okta-signin-password").await.send_keys(PASSWORD).await.unwrap();
    chromium.css("#okta-signin-submit").await.click().await.unwrap();
    assert_eq!(chromium.text("#arrived").await, "Arrived", "Classic");
    chromium.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logout_page_of_an_app_is_loaded_through_its_redirects() {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let app = App::start().await;
    let mock = org(&app).start().await;
    let callback = app.url("/done");
    open_for(&chromium, &mock, &callback, WEB, &[]).await;
    type_password(&chromium).await;
    chromium.css("#arrived").await;
    let code = parameter(chromium.client.current_url().await.unwrap().as_str(), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &callback)];
    let token = browser().post(format!("{}/v1/token", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    let tokens: Value = token.send().await.unwrap().json().await.unwrap();
    let hint = tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}"));
    chromium.open(&format!("{}/v1/logout?id_token_hint={hint}", mock.issuer())).await;
    chromium.css("[data-se=signed-out] iframe").await;
    chromium.wait_until("return document.readyState === 'complete'").await;
    assert!(app.was_asked_for("/bye/arrived"));
    chromium.close().await;
}
