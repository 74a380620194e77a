//! The password grant and its errors.

use mock_idp::MockIdp;
use mock_idp_core::model::ConsentMethod;
use serde_json::{Value, json};

use crate::flow::decode;
use crate::market::post;
use crate::org::TestOrg;
use crate::refusals::{token, token_error};

const LEGACY: &str = "0oamarketlegacy005d7";
const SECRET: &str = "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";
const SERVER: &str = "/oauth2/default";

fn form<'a>(username: &'a str, password: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("grant_type", "password"), ("username", username), ("password", password), ("scope", scope)]
}

#[tokio::test]
async fn username_and_password_return_tokens_with_the_lifetime_of_the_matching_rule() {
    let mock = MockIdp::builder().start().await.unwrap();
    let form = form("admin@example.test", "Passw0rd!", "openid profile offline_access orders:update");
    let response = token(&mock, SERVER, Some((LEGACY, SECRET)), &form).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"]);
    // The rule "Administrators" gives a quarter of an hour.
    assert_eq!(body["expires_in"], 900);
    assert_eq!(body["scope"], "openid profile offline_access orders:update");
    let (_, access) = decode(body["access_token"].as_str().unwrap());
    assert_eq!(access["sub"], "admin@example.test");
    assert_eq!(access["cid"], LEGACY);
    assert_eq!(access["market_role"], "admin");
    let (_, id) = decode(body["id_token"].as_str().unwrap());
    assert_eq!(id["sub"], "00uadmin0000000005d7");
    assert_eq!(id["amr"], json!(["pwd"]));
    assert_eq!(id.get("nonce"), None);

    let refresh = body["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let again = token(&mock, SERVER, Some((LEGACY, SECRET)), &form).await;
    assert_eq!(again.status(), 200);

    // The org server has no policy; the short form of the login does too.
    let form = [("grant_type", "password"), ("username", "buyer"), ("password", "Passw0rd!"), ("scope", "openid")];
    let at_org = token(&mock, "/oauth2", Some((LEGACY, SECRET)), &form).await;
    assert_eq!(at_org.status(), 200);
}

#[tokio::test]
async fn a_fault_changes_the_refresh_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let form = form("admin@example.test", "Passw0rd!", "openid profile offline_access orders:update");
    let basic = Some((LEGACY, SECRET));
    let grant = async || -> Value { token(&mock, SERVER, basic, &form).await.json().await.unwrap() };
    post(&mock, "/_mock/faults", json!({ "name": "refresh_token.unknown", "times": 1 })).await;
    let unknown = grant().await["refresh_token"].as_str().unwrap().to_owned();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", unknown.as_str())];
    let error = token_error(token(&mock, SERVER, basic, &refresh).await).await;
    assert_eq!((error.0, error.1.as_str()), (400, "invalid_grant"));
    post(&mock, "/_mock/faults", json!({ "name": "refresh_token.missing", "times": 1 })).await;
    assert_eq!(grant().await.get("refresh_token"), None);
    assert!(grant().await["refresh_token"].is_string(), "the fault applies once");
}

#[tokio::test]
async fn each_unusable_account_is_refused_with_oktas_error() {
    let mock = MockIdp::builder().start().await.unwrap();
    let wrong = (400, "invalid_grant", "The credentials provided were invalid.");
    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let cases = [
        ("buyer@example.test", "wrong", "openid", wrong),
        ("nobody@example.test", "Passw0rd!", "openid", wrong),
        ("locked@example.test", "Passw0rd!", "openid", wrong),
        ("suspended@example.test", "Passw0rd!", "openid", wrong),
        ("deprovisioned@example.test", "Passw0rd!", "openid", wrong),
        ("staged@example.test", "Passw0rd!", "openid", wrong),
        ("expired@example.test", "Passw0rd!", "openid", (400, "invalid_grant", "Password has expired.")),
        ("expired@example.test", "wrong", "openid", wrong),
        (
            "unassigned@example.test",
            "Passw0rd!",
            "openid",
            (400, "access_denied", "User is not assigned to the client application."),
        ),
        ("denied@example.test", "Passw0rd!", "openid", (401, "access_denied", policy)),
        ("buyer@example.test", "Passw0rd!", "openid orders:update", (401, "access_denied", policy)),
        (
            "buyer@example.test",
            "Passw0rd!",
            "nobody:knows",
            (400, "invalid_scope", "One or more scopes are not configured for the authorization server resource."),
        ),
        (
            "buyer@example.test",
            "Passw0rd!",
            "",
            (
                400,
                "invalid_scope",
                "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
            ),
        ),
        ("", "Passw0rd!", "openid", (400, "invalid_request", "The required parameter 'username' is missing.")),
        ("buyer@example.test", "", "openid", (400, "invalid_request", "The required parameter 'password' is missing.")),
    ];
    for (username, password, scope, (status, error, description)) in cases {
        let response = token(&mock, SERVER, Some((LEGACY, SECRET)), &form(username, password, scope)).await;
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(token_error(response).await, expected, "{username} {password} {scope}");
    }
}

#[tokio::test]
async fn a_scope_with_consent_is_refused_for_a_password_if_the_app_requires_consent() {
    let org = TestOrg::market().oauth(LEGACY, |settings| settings.consent_method = ConsentMethod::Required);
    let mock = org.start().await;
    let form = form("buyer@example.test", "Passw0rd!", "openid orders:read:user");
    let response = token(&mock, SERVER, Some((LEGACY, SECRET)), &form).await;
    let description = "The following scopes require user consent: [orders:read:user]. To access protected scopes using \
                       the resource owner password grant type, please uncheck 'Require consent' in the app settings or \
                       set the 'consent_method' to 'TRUSTED' through the apps API.";
    assert_eq!(token_error(response).await, (400, "consent_required".to_owned(), description.to_owned()));
}

#[tokio::test]
async fn a_user_without_a_password_is_refused() {
    let mock = TestOrg::market().user("00uadmin0000000005d7", |user| user.credentials.password = None).start().await;
    let form = form("admin@example.test", "Passw0rd!", "openid");
    let response = token(&mock, SERVER, Some((LEGACY, SECRET)), &form).await;
    let expected = (400, "invalid_grant".to_owned(), "The user does not configure a password.".to_owned());
    assert_eq!(token_error(response).await, expected);
}
