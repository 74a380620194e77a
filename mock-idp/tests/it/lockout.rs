//! Wrong passwords lock accounts, at each place where a password is taken. Okta: ten in a row, until someone unlocks the account.

use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::flow::{WEB, after, authorize, browser, code_request, state_handle};
use crate::org::TestOrg;

const BUYER: &str = "buyer@example.test";
const PASSWORD: &str = "Passw0rd!";
const LEGACY: (&str, &str) =
    ("0oamarketlegacy005d7", "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");

async fn post(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}{path}", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn authn(mock: &MockIdp, password: &str) -> (u16, Value) {
    post(mock, "/api/v1/authn", json!({ "username": BUYER, "password": password })).await
}

async fn password_grant(mock: &MockIdp, password: &str) -> u16 {
    let form = [("grant_type", "password"), ("username", "buyer"), ("password", password), ("scope", "openid")];
    let url = format!("{}/oauth2/v1/token", mock.url());
    let response = browser().post(url).basic_auth(LEGACY.0, Some(LEGACY.1)).form(&form).send().await.unwrap();
    response.status().as_u16()
}

/// The page after a password on the page of its own.
async fn on_pages(mock: &MockIdp, password: &str) -> String {
    let browser = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = browser.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("identifier", BUYER.to_owned())];
    let page = browser.post(format!("{}/signin/identify", mock.url())).form(&form).send().await.unwrap();
    let page = page.text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("credentials.passcode", password.to_owned())];
    let response = browser.post(format!("{}/signin/challenge", mock.url())).form(&form).send().await.unwrap();
    if response.status() == 302 { "signed in".to_owned() } else { response.text().await.unwrap() }
}

#[tokio::test]
async fn the_tenth_wrong_password_locks_the_account_at_each_place_until_it_is_unlocked() {
    let mock = MockIdp::builder().start().await.unwrap();
    for attempt in 1..=4 {
        assert_eq!(authn(&mock, "wrong").await.0, 401, "{attempt}");
        assert_eq!(password_grant(&mock, "wrong").await, 400, "{attempt}");
    }
    assert!(on_pages(&mock, "wrong").await.contains("Password is incorrect"));
    assert_eq!(on_pages(&mock, PASSWORD).await, "signed in", "nine are not ten, and a right one starts anew");

    for attempt in 1..=9 {
        assert!(on_pages(&mock, "wrong").await.contains(&format!("{attempt} in a row, 10 lock the account")));
    }
    assert!(on_pages(&mock, "wrong").await.contains("10 in a row, the account is locked now"));

    let page = on_pages(&mock, PASSWORD).await;
    assert!(page.contains("Unable to sign in") && page.contains("buyer@example.test is locked by wrong passwords"));
    assert_eq!(after(&page, "<dt>Okta’s code</dt><dd><code data-se=\"").to_owned(), "okta-code");
    assert!(!page.contains("type=\"password\""), "{page}");
    let (status, body) = authn(&mock, PASSWORD).await;
    assert_eq!((status, &body["errorCode"]), (401, &json!("E0000004")));
    assert_eq!(password_grant(&mock, PASSWORD).await, 400);
    let picked = authorize(&mock, &browser(), BUYER, &code_request(WEB, "openid")).await;
    assert!(picked.contains("Unable to sign in"), "{picked}");
    assert!(authorize(&mock, &browser(), "admin@example.test", &code_request(WEB, "openid")).await.contains("code="));

    let unlocked = post(&mock, "/_mock/unlock", json!({ "user": BUYER })).await;
    assert_eq!(unlocked, (200, json!({ "user": BUYER, "was_locked": true })));
    assert_eq!(authn(&mock, PASSWORD).await.0, 200);
    let again = post(&mock, "/_mock/unlock", json!({ "user": BUYER })).await;
    assert_eq!(again.1["was_locked"], false);
}

#[tokio::test]
async fn a_reset_unlocks_accounts_and_unlocking_works_for_a_status_of_the_document_until_then() {
    let mock = TestOrg::market().edit(|document| document.settings.lockout.max_attempts = 1).start().await;
    authn(&mock, "wrong").await;
    assert_eq!(authn(&mock, PASSWORD).await.0, 401);
    post(&mock, "/_mock/reset", json!({})).await;
    assert_eq!(authn(&mock, PASSWORD).await.0, 200);

    let locked = async || {
        let body = json!({ "username": "locked@example.test", "password": PASSWORD });
        post(&mock, "/api/v1/authn", body).await.0
    };
    assert_eq!(locked().await, 401);
    let unlocked = post(&mock, "/_mock/unlock", json!({ "user": "locked@example.test" })).await;
    assert_eq!(unlocked.1["was_locked"], true);
    assert_eq!(locked().await, 200);
    post(&mock, "/_mock/reset", json!({})).await;
    assert_eq!(locked().await, 401);
}

#[tokio::test]
async fn an_org_that_turns_lockout_off_locks_nobody() {
    let mock = TestOrg::market().edit(|document| document.settings.lockout.max_attempts = 0).start().await;
    for _ in 0..15 {
        assert_eq!(authn(&mock, "wrong").await.0, 401);
    }
    assert_eq!(authn(&mock, PASSWORD).await.0, 200);
}

#[tokio::test]
async fn an_account_is_unlocked_after_the_minutes_of_the_org() {
    let mock = TestOrg::market()
        .edit(|document| {
            document.settings.lockout.max_attempts = 2;
            document.settings.lockout.auto_unlock_minutes = 5;
        })
        .start()
        .await;
    post(&mock, "/_mock/clock", json!({ "freeze": true })).await;
    authn(&mock, "wrong").await;
    authn(&mock, "wrong").await;
    post(&mock, "/_mock/clock", json!({ "advance": 299 })).await;
    assert_eq!(authn(&mock, PASSWORD).await.0, 401);
    post(&mock, "/_mock/clock", json!({ "advance": 1 })).await;
    assert_eq!(authn(&mock, PASSWORD).await.0, 200);
}

/// Okta: status LOCKED_OUT, without state token and user, where the password policy shows lockouts.
#[tokio::test]
async fn lockouts_are_shown_where_the_org_shows_them() {
    let mock = TestOrg::market()
        .edit(|document| {
            document.settings.lockout.max_attempts = 1;
            document.settings.lockout.show_lockout_failures = true;
        })
        .start()
        .await;
    authn(&mock, "wrong").await;
    let (status, body) = authn(&mock, PASSWORD).await;
    assert_eq!(status, 200);
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["status", "_links"]);
    assert_eq!(body["status"], "LOCKED_OUT");
    let page = on_pages(&mock, PASSWORD).await;
    assert!(page.contains("Your account is locked because of too many authentication attempts."), "{page}");
}
