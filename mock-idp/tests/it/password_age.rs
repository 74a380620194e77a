//! Passwords that expire soon, and those that are too old.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use crate::factors::{LOGIN, PASSWORD, answer, authn, by_password, idx_by_password, names, step, submit};
use crate::flow::{WEB, browser, code_request, location, parameter};
use crate::market::{advance, stopped};
use crate::org::TestOrg;
use crate::refusals::{token, token_error};

const DAY: i64 = 24 * 3600;
const NEW: &str = "Str0nger-than-before";

/// The market, where passwords can be used for 90 days, and the buyer's expires in ten. Users are warned for two weeks.
async fn expiring() -> MockIdp {
    let org = TestOrg::market().edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.id == "00ppasswords000005d7").unwrap();
        let age = &mut policy.members["settings"]["password"]["age"];
        age["maxAgeDays"] = json!(90);
        age["expireWarnDays"] = json!(14);
    });
    let org = org.user("00ubuyer0000000005d7", |user| {
        // 80 days before the time of these tests.
        user.password_changed = Some("2026-10-27T08:00:00.000Z".to_owned());
    });
    stopped(&org).await
}

#[tokio::test]
async fn the_pages_warn_and_the_user_keeps_the_password() {
    let mock = expiring().await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Your password will expire in 10 days") && page.contains("Remind me later"), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "skip", &[]).await;
    assert_eq!((status, parameter(&arrived, "code").is_some()), (302, true), "{arrived}");
    let (status, _) = by_password(&mock, &client, &[("prompt", "login")]).await;
    assert_eq!(status, 200, "the next sign-in warns again");
    let (status, arrived) = by_password(&mock, &browser(), &[]).await;
    assert!(status == 200 && arrived.contains("expire in 10 days"));
}

#[tokio::test]
async fn a_queued_sign_in_keeps_the_password() {
    let mock = expiring().await;
    crate::market::post(&mock, "/_mock/sign-ins", json!({ "users": [LOGIN] })).await;
    let url = format!("{}/v1/authorize", mock.issuer());
    let response = browser().get(url).query(&code_request(WEB, "openid")).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert!(parameter(&location(&response), "code").is_some());
}

#[tokio::test]
async fn a_wrong_password_in_place_of_a_new_one_is_a_failed_sign_in() {
    let mock = expiring().await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let fields = [("identifier", LOGIN), ("credentials.passcode", "wrong")];
    let (status, page) = submit(&mock, &client, &page, "sign-in", &fields).await;
    assert_eq!(status, 200, "{page}");
    let logs = format!("{}/api/v1/logs?filter=outcome.result+eq+\"FAILURE\"", mock.url());
    let request = browser().get(logs).header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let failed: Vec<Value> = request.send().await.unwrap().json().await.unwrap();
    let failed: Vec<_> = failed.iter().map(|event| (&event["eventType"], &event["actor"]["alternateId"])).collect();
    assert_eq!(failed, [(&json!("user.session.start"), &json!(LOGIN))]);
}

#[tokio::test]
async fn the_user_chooses_a_new_password_in_time() {
    let mock = expiring().await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let fields = |password| [("credentials.passcode", password), ("confirmPassword", password)];
    let (status, page) = submit(&mock, &client, &page, "new-password", &fields(PASSWORD)).await;
    assert!(status == 200 && page.contains("Password requirements were not met"), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "new-password", &fields(NEW)).await;
    assert_eq!(status, 302, "{arrived}");
    let (_, body) = authn(&mock, "", warned(NEW)).await;
    assert_eq!(body["status"], "SUCCESS", "it is new: {body}");
}

#[tokio::test]
async fn the_last_day_is_today_and_then_the_password_has_expired() {
    let mock = expiring().await;
    advance(&mock, 9 * DAY + 1).await;
    let (_, page) = by_password(&mock, &browser(), &[]).await;
    assert!(page.contains("Your password will expire later today"), "{page}");
    advance(&mock, DAY - 1).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Your password has expired") && !page.contains("Remind me later"), "{page}");
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "PASSWORD_EXPIRED", "{body}");
    let form = [("grant_type", "password"), ("username", LOGIN), ("password", PASSWORD), ("scope", "openid")];
    let legacy = ("0oamarketlegacy005d7", "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");
    let error = token_error(token(&mock, "/oauth2/default", Some(legacy), &form).await).await;
    assert_eq!(error, (400, "invalid_grant".to_owned(), "Password has expired.".to_owned()));
    let fields = [("credentials.passcode", NEW), ("confirmPassword", NEW)];
    let (status, arrived) = submit(&mock, &client, &page, "new-password", &fields).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn idx_warns_and_lets_the_user_skip() {
    let mock = expiring().await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["reenroll-authenticator-warning", "skip"], "{document}");
    let form = &document["remediation"]["value"][0];
    assert_eq!(
        (&form["href"], &form["relatesTo"]),
        (&json!(format!("{}/idp/idx/challenge/answer", mock.url())), &json!(["$.currentAuthenticator"]))
    );
    let current = &document["currentAuthenticator"]["value"];
    assert_eq!((&current["key"], &current["settings"]["daysToExpiry"]), (&json!("okta_password"), &json!(10)));
    let message = &document["messages"]["value"][0];
    assert_eq!(
        (&message["i18n"], &message["class"]),
        (&json!({ "key": "idx.password.expiring.message", "params": ["Market"] }), &json!("INFO"))
    );
    let (status, document) = step(&mock, &client, "skip", json!({ "stateHandle": handle })).await;
    assert!(status == 200 && document["successWithInteractionCode"].is_object(), "{document}");

    let client = browser();
    let (handle, _) = idx_by_password(&mock, &client).await;
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": NEW })).await;
    assert!(status == 200 && document["successWithInteractionCode"].is_object(), "{document}");
}

/// A sign-in by a program that shows warnings.
fn warned(password: &str) -> Value {
    json!({ "username": LOGIN, "password": password, "options": { "warnBeforePasswordExpired": true } })
}

#[tokio::test]
async fn a_program_is_warned_if_it_wants_to_be() {
    let mock = expiring().await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "SUCCESS", "{body}");
    let (status, body) = authn(&mock, "", warned(PASSWORD)).await;
    assert_eq!((status, &body["status"]), (200, &json!("PASSWORD_WARN")), "{body}");
    let policy = &body["_embedded"]["policy"];
    assert_eq!(
        (&policy["expiration"], &policy["complexity"]["minLength"]),
        (&json!({ "passwordExpireDays": 10 }), &json!(8))
    );
    let links = &body["_links"];
    assert_eq!((&links["next"]["name"], &links["skip"]["name"]), (&json!("changePassword"), &json!("skip")));
    assert_eq!(links["skip"]["href"], format!("{}/api/v1/authn/skip", mock.url()));
    let state = json!({ "stateToken": body["stateToken"] });
    assert_eq!(authn(&mock, "", state.clone()).await.1, body, "the state can be asked for");
    let (_, skipped) = authn(&mock, "/skip", state).await;
    assert_eq!(skipped["status"], "SUCCESS", "{skipped}");

    let (_, body) = authn(&mock, "", warned(PASSWORD)).await;
    let change = json!({ "stateToken": body["stateToken"], "oldPassword": PASSWORD, "newPassword": NEW });
    let (status, body) = authn(&mock, "/credentials/change_password", change).await;
    assert_eq!((status, &body["status"]), (200, &json!("SUCCESS")), "{body}");
}
