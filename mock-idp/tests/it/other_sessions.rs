//! The sessions of a user in other browsers, which end with a new password where that is wanted. Okta: `revokeSessions`.

use std::time::Duration;

use mock_idp::{MessageQuery, MockIdp};
use reqwest::Client;
use serde_json::{Value, json};

use crate::crash::API_TOKEN;
use crate::factors::submit;
use crate::flow::{WEB, authorize, browser, code_request, parameter};
use crate::idx::{EMBEDDED, begun, handle, interact_form, interaction_code, step};
use crate::market::market;

const BUYER: &str = "buyer@example.test";
const USER: &str = "00ubuyer0000000005d7";
const NEW: &str = "Str0nger-than-before";

async fn signed_in(mock: &MockIdp) -> Client {
    let client = browser();
    authorize(mock, &client, BUYER, &code_request(WEB, "openid")).await;
    assert!(has_session(mock, &client).await);
    client
}

async fn has_session(mock: &MockIdp, client: &Client) -> bool {
    let silent = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
    parameter(&authorize(mock, client, BUYER, &silent).await, "code").is_some()
}

async fn code(mock: &MockIdp) -> String {
    let query = MessageQuery::default().user(BUYER);
    mock.org().wait_for_message(Duration::from_secs(5), &query).await.unwrap().code.unwrap()
}

async fn manage(mock: &MockIdp, path: &str, body: &Value) {
    let request = browser().post(format!("{}/api/v1/users/{USER}/{path}", mock.url())).json(body);
    let response = request.header("authorization", API_TOKEN).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
}

#[tokio::test]
async fn a_client_that_resets_a_password_ends_the_other_sessions_if_the_user_wants_it() {
    for wants in [false, true] {
        let mock = market().await;
        let (other, client) = (signed_in(&mock).await, browser());
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let state = handle(&document).to_owned();
        let post = async |path: &str, mut body: Value| {
            body["stateHandle"] = state.clone().into();
            step(&mock, &client, path, &body).await.1
        };
        post("recover", json!({})).await;
        post("identify", json!({ "identifier": BUYER })).await;
        let document = post("challenge/answer", json!({ "credentials": { "passcode": code(&mock).await } })).await;
        let form = &document["remediation"]["value"][0];
        let field = json!({ "name": "revokeSessions", "type": "boolean", "label": "Sign me out of all other devices" });
        assert_eq!((&form["name"], &form["value"][0]["form"]["value"][1]), (&json!("reset-authenticator"), &field));
        let weak = json!({ "credentials": { "passcode": "weak", "revokeSessions": wants } });
        assert_eq!(post("challenge/answer", weak).await["remediation"]["value"][0]["name"], "reset-authenticator");
        assert!(has_session(&mock, &other).await, "a refused password ends nothing");
        let chosen = json!({ "credentials": { "passcode": NEW, "revokeSessions": wants } });
        assert!(!interaction_code(&post("challenge/answer", chosen).await).is_empty());
        assert_eq!(has_session(&mock, &other).await, !wants);
    }
}

#[tokio::test]
async fn the_page_for_a_new_password_ends_the_other_sessions_and_begins_one() {
    for wants in [false, true] {
        let mock = market().await;
        let (other, client) = (signed_in(&mock).await, browser());
        let page = client.get(format!("{}/signin/forgot-password", mock.url())).send().await.unwrap();
        let page = page.text().await.unwrap();
        let (_, page) = submit(&mock, &client, &page, "recovery/identify", &[("identifier", BUYER)]).await;
        let code = code(&mock).await;
        let (_, page) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", &code)]).await;
        assert!(page.contains("Sign me out of all other devices"), "{page}");
        let chosen = [("credentials.passcode", NEW), ("confirmPassword", NEW)];
        let ends = wants.then_some(("credentials.revokeSessions", "true"));
        let fields: Vec<_> = chosen.into_iter().chain(ends).collect();
        let (status, arrived) = submit(&mock, &client, &page, "new-password", &fields).await;
        assert_eq!(status, 302, "{arrived}");
        assert!(has_session(&mock, &client).await, "the session of this sign-in has begun");
        assert_eq!(has_session(&mock, &other).await, !wants);
    }
}

#[tokio::test]
async fn operations_about_passwords_end_sessions_if_that_is_asked_for() {
    let change = json!({ "oldPassword": { "value": "Passw0rd!" }, "newPassword": { "value": NEW } });
    let also = json!({ "revokeSessions": true });
    let changed_also: Value = [&change, &also].into_iter().flat_map(|body| body.as_object().unwrap().clone()).collect();
    let cases = [
        ("credentials/change_password", change, true),
        ("credentials/change_password", changed_also, false),
        ("lifecycle/reset_password?sendEmail=false", json!({}), true),
        ("lifecycle/reset_password?sendEmail=false&revokeSessions=true", json!({}), false),
        ("lifecycle/expire_password_with_temp_password", json!({}), true),
        ("lifecycle/expire_password_with_temp_password?revokeSessions=true", json!({}), false),
    ];
    for (path, body, stays) in cases {
        let mock = market().await;
        let client = signed_in(&mock).await;
        manage(&mock, path, &body).await;
        let request = client.get(format!("{}/api/v1/sessions/me", mock.url()));
        let status = request.send().await.unwrap().status();
        assert_eq!(status, if stays { 200 } else { 404 }, "{path} {body}");
    }
}

#[tokio::test]
async fn the_wish_to_end_sessions_counts_with_a_new_password_only() {
    let mock = market().await;
    let (other, client) = (signed_in(&mock).await, browser());
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document);
    step(&mock, &client, "identify", &json!({ "identifier": BUYER, "stateHandle": state })).await;
    let credentials = json!({ "passcode": "Passw0rd!", "revokeSessions": true });
    let body = json!({ "credentials": credentials, "stateHandle": state });
    let (status, document) = step(&mock, &client, "challenge/answer", &body).await;
    assert_eq!(status, 200, "{document}");
    assert!(!interaction_code(&document).is_empty());
    assert!(has_session(&mock, &other).await);
}
