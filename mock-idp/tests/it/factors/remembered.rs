//! Browsers in which users are not asked for a second authenticator again.

use mock_idp::MockIdp;
use mock_idp_core::org::SignInForm;
use reqwest::Client;
use serde_json::{Value, json};

use super::{PASSWORD, authn, authorize, code_at, submit, user_by_password, with_factors};
use crate::crash::API_TOKEN;
use crate::flow::browser;
use crate::market::{advance, journal, stopped};
use crate::org::{TestOrg, model};

const DAY: i64 = 24 * 3600;

/// The market, where the buyer has second factors and a rule with these settings demands one.
fn asking(settings: &Value) -> TestOrg {
    let mut signon = json!({ "access": "ALLOW", "requireFactor": true });
    signon.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    with_factors().with_session_policy(model(json!({
        "id": "00premember00000005d", "name": "Second factor", "priority": 1,
        "rules": [{ "id": "0prremember00000005d", "name": "All", "priority": 1, "actions": { "signon": signon } }],
    })))
}

/// Signs in on the pages, with a second factor if it is asked for. Returns whether it was.
async fn signs_in(mock: &MockIdp, client: &Client, keeps: bool) -> bool {
    let (_, page) = authorize(mock, client, &[("prompt", "login")]).await;
    let keep: &[(&str, &str)] = if keeps { &[("rememberMe", "true")] } else { &[] };
    let fields = [&[("identifier", super::LOGIN)], keep].concat();
    let (_, page) = submit(mock, client, &page, "identify", &fields).await;
    let fields = [&[("credentials.passcode", PASSWORD)], keep].concat();
    let (status, page) = submit(mock, client, &page, "challenge", &fields).await;
    if status == 302 {
        return false;
    }
    let (_, page) = super::follow(mock, client, &page, r#"data-se="security_question""#).await;
    let (status, arrived) = submit(mock, client, &page, "verify", &[("credentials.answer", "spinach")]).await;
    assert_eq!(status, 302, "{arrived}");
    true
}

/// The transaction of a program with an API token, which names a device.
async fn by_program(mock: &MockIdp, device: &str) -> Value {
    let body = json!({ "username": super::LOGIN, "password": PASSWORD, "context": { "deviceToken": device } });
    let request = browser().post(format!("{}/api/v1/authn", mock.url())).header("authorization", API_TOKEN);
    request.json(&body).send().await.unwrap().json::<Value>().await.unwrap()
}

/// Ends the sessions of the buyer.
async fn clear(mock: &MockIdp, query: &str) {
    let url = format!("{}/api/v1/users/{}/sessions{query}", mock.url(), super::BUYER);
    let response = browser().delete(url).header("authorization", API_TOKEN).send().await.unwrap();
    assert_eq!(response.status(), 204, "{query}");
}

#[tokio::test]
async fn a_browser_of_a_user_who_stays_signed_in_is_remembered() {
    let mock = stopped(&asking(&json!({ "factorPromptMode": "DEVICE" }))).await;
    let client = browser();
    assert!(signs_in(&mock, &client, false).await);
    assert!(signs_in(&mock, &client, true).await, "the user has not asked for it before");
    advance(&mock, 90 * DAY).await;
    assert!(!signs_in(&mock, &client, false).await);
    assert!(journal(&mock).await.contains("the user has proved one in this browser at"));
    assert!(signs_in(&mock, &browser(), false).await, "another browser");
    let (_, page) = user_by_password(&mock, &client, "mfa@example.test", &[("prompt", "login")]).await;
    assert!(page.contains("authenticator-verify-list"), "another user: {page}");
}

#[tokio::test]
async fn a_browser_is_remembered_for_the_time_of_the_rule_or_not_at_all() {
    let settings = json!({ "factorPromptMode": "SESSION", "factorLifetime": 60 });
    let mock = stopped(&asking(&settings)).await;
    let client = browser();
    assert!(signs_in(&mock, &client, true).await);
    advance(&mock, 3599).await;
    assert!(!signs_in(&mock, &client, true).await);
    advance(&mock, 1).await;
    assert!(signs_in(&mock, &client, true).await, "a sign-in without a second factor does not extend the time");

    let mock = stopped(&asking(&json!({ "factorPromptMode": "ALWAYS" }))).await;
    let client = browser();
    assert!(signs_in(&mock, &client, true).await);
    assert!(signs_in(&mock, &client, true).await);

    let by_default = json!({ "factorPromptMode": "DEVICE", "rememberDeviceByDefault": true });
    let mock = stopped(&asking(&by_default)).await;
    let client = browser();
    assert!(signs_in(&mock, &client, false).await);
    assert!(!signs_in(&mock, &client, false).await, "the rule remembers it without being asked");
}

#[tokio::test]
async fn a_program_has_the_device_remembered_that_it_names() {
    let mock = stopped(&asking(&json!({ "factorPromptMode": "SESSION", "factorLifetime": 60 }))).await;
    let sign_in = async |device: &str| by_program(&mock, device).await;
    let first = sign_in("device-1").await;
    assert_eq!(first["status"], "MFA_REQUIRED");
    let policy = &first["_embedded"]["policy"];
    assert_eq!(
        (
            &policy["allowRememberDevice"],
            &policy["rememberDeviceLifetimeInMinutes"],
            &policy["rememberDeviceByDefault"]
        ),
        (&json!(true), &json!(60), &json!(false))
    );
    let factors = first["_embedded"]["factors"].as_array().unwrap();
    let app = factors.iter().find(|factor| factor["factorType"] == "token:software:totp").unwrap();
    let path = |remember| format!("/factors/{}/verify?rememberDevice={remember}", app["id"].as_str().unwrap());
    let code = |transaction: &Value, code: &str| json!({ "stateToken": transaction["stateToken"], "passCode": code });
    // The flag of a wrong code does not count.
    let wrong = authn(&mock, &path(true), code(&first, "000000")).await.1;
    assert_eq!(wrong["errorCode"], "E0000068");
    let right = authn(&mock, &path(false), code(&first, &code_at(crate::market::NOW))).await.1;
    assert_eq!(right["status"], "SUCCESS");
    let second = sign_in("device-1").await;
    assert_eq!(second["status"], "MFA_REQUIRED");
    advance(&mock, 30).await;
    let right = authn(&mock, &path(true), code(&second, &code_at(crate::market::NOW + 30))).await.1;
    assert_eq!(right["status"], "SUCCESS");
    assert_eq!(sign_in("device-1").await["status"], "SUCCESS");
    assert_eq!(sign_in("device-2").await["status"], "MFA_REQUIRED");
    let untrusted = json!({ "username": super::LOGIN, "password": PASSWORD, "context": { "deviceToken": "device-1" } });
    assert_eq!(authn(&mock, "", untrusted).await.1["status"], "MFA_REQUIRED", "only a trusted program names devices");
}

#[tokio::test]
async fn the_browsers_of_a_user_are_forgotten_with_the_sessions_unless_that_is_declined() {
    let mock = stopped(&asking(&json!({ "factorPromptMode": "DEVICE" }))).await;
    let client = browser();
    assert!(signs_in(&mock, &client, true).await);
    clear(&mock, "?forgetDevices=false").await;
    assert!(!signs_in(&mock, &client, true).await);
    clear(&mock, "?oauthTokens=true&forgetDevices=false").await;
    assert!(!signs_in(&mock, &client, true).await);
    clear(&mock, "").await;
    assert!(signs_in(&mock, &client, true).await, "the browser is remembered again from now on");
    clear(&mock, "?oauthTokens=true").await;
    assert!(signs_in(&mock, &client, true).await);
}

/// Okta: in an org of the Classic Engine.
#[tokio::test]
async fn the_browsers_of_a_user_of_a_classic_org_are_forgotten_on_request_only() {
    let org = asking(&json!({ "factorPromptMode": "DEVICE" }));
    let org = org.edit(|document| document.settings.sign_in_page.form = SignInForm::Classic);
    let mock = stopped(&org).await;
    let first = by_program(&mock, "device-1").await;
    let factors = first["_embedded"]["factors"].as_array().unwrap();
    let question = factors.iter().find(|factor| factor["factorType"] == "question").unwrap();
    let path = format!("/factors/{}/verify?rememberDevice=true", question["id"].as_str().unwrap());
    let answer = json!({ "stateToken": first["stateToken"], "answer": "spinach" });
    assert_eq!(authn(&mock, &path, answer).await.1["status"], "SUCCESS");
    for query in ["", "?forgetDevices=false", "?oauthTokens=true"] {
        clear(&mock, query).await;
        assert_eq!(by_program(&mock, "device-1").await["status"], "SUCCESS", "{query}");
    }
    clear(&mock, "?forgetDevices=true").await;
    assert_eq!(by_program(&mock, "device-1").await["status"], "MFA_REQUIRED");
}
