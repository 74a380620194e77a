//! The device authorization grant.

use mock_idp::MockIdp;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::flow::{browser, decode, state_handle};
use crate::refusals::{token, token_error};

pub(crate) const TV: &str = "0oamarkettv0000005d7";
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SERVER: &str = "/oauth2/default";

async fn ask(mock: &MockIdp, form: &[(&str, &str)]) -> Response {
    browser().post(format!("{}/v1/device/authorize", mock.issuer())).form(form).send().await.unwrap()
}

/// The codes that a device shows.
pub(crate) async fn begin(mock: &MockIdp, scope: &str) -> Value {
    let response = ask(mock, &[("client_id", TV), ("scope", scope)]).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

pub(crate) async fn poll(mock: &MockIdp, device_code: &str) -> Response {
    token(mock, SERVER, None, &[("grant_type", GRANT), ("client_id", TV), ("device_code", device_code)]).await
}

async fn refused(mock: &MockIdp, device_code: &str, status: u16, error: &str, description: &str) {
    let expected = (status, error.to_owned(), description.to_owned());
    assert_eq!(token_error(poll(mock, device_code).await).await, expected);
}

async fn pending(mock: &MockIdp, device_code: &str) {
    let description = "The device authorization is pending. Please try again later.";
    refused(mock, device_code, 400, "authorization_pending", description).await;
}

async fn advance(mock: &MockIdp, seconds: i64) {
    let response = browser()
        .post(format!("{}/_mock/clock", mock.url()))
        .json(&json!({ "advance": seconds }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

async fn page(response: Response) -> String {
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

async fn type_code(mock: &MockIdp, browser: &Client, user_code: &str) -> String {
    page(browser.post(format!("{}/activate", mock.url())).form(&[("userCode", user_code)]).send().await.unwrap()).await
}

async fn answer(mock: &MockIdp, browser: &Client, page_with_form: &str, word: &str) -> Response {
    let form = [("stateHandle", state_handle(page_with_form)), ("consent", word.to_owned())];
    browser.post(format!("{}/signin/consent", mock.url())).form(&form).send().await.unwrap()
}

async fn pick(mock: &MockIdp, browser: &Client, sign_in: &str, login: &str) -> Response {
    let form = [("stateHandle", state_handle(sign_in)), ("user", login.to_owned())];
    browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap()
}

/// Enters the code, signs in with the picker and submits the user's decision.
pub(crate) async fn let_in(mock: &MockIdp, user_code: &str, login: &str, word: &str) -> String {
    let browser = browser();
    let sign_in = type_code(mock, &browser, user_code).await;
    let confirm = page(pick(mock, &browser, &sign_in, login).await).await;
    page(answer(mock, &browser, &confirm, word).await).await
}

pub(crate) async fn allowed(mock: &MockIdp, scope: &str, login: &str) -> String {
    let codes = begin(mock, scope).await;
    let done = let_in(mock, codes["user_code"].as_str().unwrap(), login, "allow").await;
    assert!(done.contains(r#"data-se="device-activated""#), "{done}");
    codes["device_code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_device_gets_tokens_once_after_the_user_approves_its_code() {
    let mock = MockIdp::builder().start().await.unwrap();
    let codes = begin(&mock, "openid profile offline_access products:read").await;
    let keys: Vec<&String> = codes.as_object().unwrap().keys().collect();
    let expected =
        ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"];
    assert_eq!(keys, expected);
    let device_code = codes["device_code"].as_str().unwrap();
    let user_code = codes["user_code"].as_str().unwrap();
    let parts: Vec<usize> = device_code.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert_eq!(&device_code[14..15], "4");
    assert_eq!(user_code.len(), 8);
    assert!(user_code.bytes().all(|letter| b"BCDFGHJKLMNPQRSTVWXZ".contains(&letter)), "{user_code}");
    assert_eq!(codes["verification_uri"], format!("{}/activate", mock.url()));
    assert_eq!(codes["verification_uri_complete"], format!("{}/activate?user_code={user_code}", mock.url()));
    assert_eq!((&codes["expires_in"], &codes["interval"]), (&json!(600), &json!(5)));
    pending(&mock, device_code).await;

    // The link fills the code in; it still takes a click, a sign-in and a word.
    let browser = browser();
    let complete = codes["verification_uri_complete"].as_str().unwrap();
    let filled = page(browser.get(complete).send().await.unwrap()).await;
    assert!(filled.contains(&format!(r#"name="userCode" value="{user_code}""#)), "{filled}");
    let typed = format!(" {}-{} ", user_code[..4].to_lowercase(), &user_code[4..]);
    let sign_in = type_code(&mock, &browser, &typed).await;
    assert!(sign_in.contains("Market TV") && sign_in.contains(r#"name="identifier""#), "{sign_in}");
    let confirm = page(pick(&mock, &browser, &sign_in, "buyer@example.test").await).await;
    assert!(confirm.contains(user_code) && confirm.contains("See products"), "{confirm}");
    let done = page(answer(&mock, &browser, &confirm, "allow").await).await;
    assert!(done.contains(r#"data-se="device-activated""#), "{done}");

    let response = poll(&mock, device_code).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["scope"], "openid profile offline_access products:read");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["refresh_token"].as_str().map(str::len), Some(43));
    let (_, id) = decode(body["id_token"].as_str().unwrap());
    assert_eq!((&id["sub"], &id["aud"], &id["amr"]), (&json!("00ubuyer0000000005d7"), &json!(TV), &json!(["pwd"])));
    let invalid_code = "The device code is invalid or has expired.";
    refused(&mock, device_code, 400, "invalid_grant", invalid_code).await;
    refused(&mock, "unknown", 400, "invalid_grant", invalid_code).await;
    // A user code that has been answered is unknown.
    let again = type_code(&mock, &browser, user_code).await;
    assert!(again.contains("Invalid code. Try again."), "{again}");
}

#[tokio::test]
pub(crate) async fn polling_faster_than_the_interval_is_slowed_down_by_the_mocks_clock() {
    let mock = MockIdp::builder().start().await.unwrap();
    browser().post(format!("{}/_mock/clock", mock.url())).json(&json!({ "freeze": true })).send().await.unwrap();
    let codes = begin(&mock, "openid").await;
    let device_code = codes["device_code"].as_str().unwrap();
    pending(&mock, device_code).await;
    let slow_down = "Slow down the polling frequency. Please try again later.";
    refused(&mock, device_code, 400, "slow_down", slow_down).await;
    advance(&mock, 4).await;
    refused(&mock, device_code, 400, "slow_down", slow_down).await;
    advance(&mock, 5).await;
    pending(&mock, device_code).await;
    advance(&mock, 591).await;
    refused(&mock, device_code, 400, "expired_token", "The device code has expired.").await;
    let late = type_code(&mock, &browser(), codes["user_code"].as_str().unwrap()).await;
    assert!(late.contains("Invalid code. Try again."), "{late}");
}

#[tokio::test]
async fn denial_an_unassigned_user_and_the_policy_refuse_a_device() {
    let mock = MockIdp::builder().start().await.unwrap();
    let codes = begin(&mock, "openid").await;
    let done = let_in(&mock, codes["user_code"].as_str().unwrap(), "buyer@example.test", "deny").await;
    assert!(done.contains(r#"data-se="device-not-activated""#), "{done}");
    let denied = "The resource owner or authorization server denied the request.";
    refused(&mock, codes["device_code"].as_str().unwrap(), 403, "access_denied", denied).await;

    let codes = begin(&mock, "openid").await;
    let browser = browser();
    let sign_in = type_code(&mock, &browser, codes["user_code"].as_str().unwrap()).await;
    let unassigned = pick(&mock, &browser, &sign_in, "unassigned@example.test").await;
    assert_eq!(unassigned.status(), 400);
    assert!(unassigned.text().await.unwrap().contains("User is not assigned to the client application."));
    pending(&mock, codes["device_code"].as_str().unwrap()).await;

    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let device_code = allowed(&mock, "openid orders:update", "buyer@example.test").await;
    refused(&mock, &device_code, 401, "access_denied", policy).await;
    let device_code = allowed(&mock, "openid", "denied@example.test").await;
    refused(&mock, &device_code, 401, "access_denied", policy).await;
}

#[tokio::test]
async fn an_invalid_device_request_is_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let unauthorized = "The client is not authorized to use the provided grant type. Configured grant types: \
                        [authorization_code, refresh_token].";
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: [Case<'_>; 5] = [
        (&[("scope", "openid")], 401, "invalid_client", "No client credentials found."),
        (&[("client_id", "0oamarketspa000005d7"), ("scope", "openid")], 400, "unauthorized_client", unauthorized),
        (&[("client_id", TV)], 400, "invalid_scope", "No scopes were requested."),
        (
            &[("client_id", TV), ("scope", "nobody:knows")],
            400,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        (
            &[("client_id", TV), ("scope", "openid"), ("scope", "email")],
            400,
            "invalid_request",
            "The request contained multiple parameters with the same name.",
        ),
    ];
    for (form, status, error, description) in cases {
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(token_error(ask(&mock, form).await).await, expected, "{form:?}");
    }
    let codes = begin(&mock, "openid").await;
    let device_code = codes["device_code"].as_str().unwrap();
    let form = [("grant_type", GRANT), ("client_id", TV), ("device_code", device_code)];
    let expected =
        (400, "invalid_request".to_owned(), "The grant was issued for another authorization server.".to_owned());
    assert_eq!(token_error(token(&mock, "/oauth2", None, &form).await).await, expected);
    let form = [("grant_type", GRANT), ("client_id", TV)];
    let expected = (400, "invalid_request".to_owned(), "The required parameter 'device_code' is missing.".to_owned());
    assert_eq!(token_error(token(&mock, SERVER, None, &form).await).await, expected);
}

#[tokio::test]
async fn a_session_replaces_the_sign_in_but_not_the_confirmation() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let first = begin(&mock, "openid").await;
    let sign_in = type_code(&mock, &browser, first["user_code"].as_str().unwrap()).await;
    let confirm = page(pick(&mock, &browser, &sign_in, "buyer@example.test").await).await;
    assert!(confirm.contains("Activate this device?"));
    let second = begin(&mock, "openid").await;
    let confirm = type_code(&mock, &browser, second["user_code"].as_str().unwrap()).await;
    assert!(confirm.contains("Activate this device?") && confirm.contains("buyer@example.test"), "{confirm}");
    // Another browser cannot give the word.
    let foreign = page(answer(&mock, &crate::flow::browser(), &confirm, "allow").await).await;
    assert!(foreign.contains(r#"role="alert""#), "{foreign}");
    pending(&mock, second["device_code"].as_str().unwrap()).await;
}
