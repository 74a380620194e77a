//! A state on disk: what continues after a restart.

use std::path::Path;

use http::Method;
use mock_idp::{Builder, MockIdp};
use serde_json::{Value, json};

use crate::client::plain;
use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, redeem};
use crate::org::TestOrg;

const API_TOKEN: &str = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";

/// A mock whose issuer does not depend on its port.
fn builder(dir: &Path) -> Builder {
    MockIdp::builder().issuer_url("http://idp.test".parse().unwrap()).state(dir)
}

async fn ask(mock: &MockIdp, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = plain().request(method, format!("{}{path}", mock.url())).header("authorization", API_TOKEN);
    let answer = request.json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn document(mock: &MockIdp) -> Value {
    ask(mock, Method::GET, "/_mock/state", &Value::Null).await.1["org"].clone()
}

async fn add_user(mock: &MockIdp, name: &str) -> String {
    let login = format!("{name}@example.test");
    let profile = json!({"firstName": name, "lastName": "B", "email": login, "login": login});
    let (status, user) = ask(mock, Method::POST, "/api/v1/users", &json!({ "profile": profile })).await;
    assert_eq!(status, 200, "{user}");
    user["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sessions_tokens_keys_clock_clients_and_users_continue_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = builder(dir.path()).start().await.unwrap();
    ask(&first, Method::POST, "/_mock/keys/rotate", &json!({})).await;
    ask(&first, Method::POST, "/_mock/clock", &json!({"advance": 86_400, "freeze": true})).await;
    let browser = browser();
    let arrived = authorize(&first, &browser, "buyer@example.test", &code_request(WEB, "openid offline_access")).await;
    let tokens: Value = redeem(&first, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let unused = authorize(&first, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
    let users = [add_user(&first, "zoe").await, add_user(&first, "adam").await];
    let removed = ask(&first, Method::DELETE, "/api/v1/users/00ubuyer0000000005d7", &Value::Null).await;
    let client = json!({"client_name": "Later", "redirect_uris": ["https://later.test/cb"], "response_types": ["code"], "grant_types": ["authorization_code"]});
    let (status, client) = ask(&first, Method::POST, "/oauth2/v1/clients", &client).await;
    assert!(removed.0 < 300 && status == 201, "{removed:?} {client}");
    let (keys, clock) = (ask(&first, Method::GET, "/_mock/keys", &Value::Null).await, document(&first).await);
    first.stop().await;

    let second = builder(dir.path()).start().await.unwrap();
    assert_eq!(ask(&second, Method::GET, "/_mock/keys", &Value::Null).await, keys);
    assert_eq!(document(&second).await, clock, "the same objects in the same order");
    for id in users {
        assert_eq!(ask(&second, Method::GET, &format!("/api/v1/users/{id}"), &Value::Null).await.0, 200);
    }
    let registered = format!("/oauth2/v1/clients/{}", client["client_id"].as_str().unwrap());
    assert_eq!(ask(&second, Method::GET, &registered, &Value::Null).await.0, 200);
    let access = tokens["access_token"].as_str().unwrap();
    let form = [("token", access)];
    let introspect = plain().post(format!("{}/oauth2/default/v1/introspect", second.url()));
    let answer: Value =
        introspect.basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["active"], json!(false), "its user was deactivated: {answer}");
    let code = parameter(&unused, "code").unwrap();
    let again: Value = redeem(&second, &code).await.json().await.unwrap();
    assert_eq!(again["error"], "invalid_grant", "the user was deactivated");
    assert!(location_of_silent(&second, &browser).await.contains("error=login_required"));
}

async fn location_of_silent(mock: &MockIdp, browser: &reqwest::Client) -> String {
    let mut silent = code_request(WEB, "openid");
    silent.push(("prompt", "none"));
    let url = format!("{}/oauth2/default/v1/authorize", mock.url());
    location(&browser.get(url).query(&silent).send().await.unwrap())
}

#[tokio::test]
async fn a_reset_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = builder(dir.path()).start().await.unwrap();
    let seed = document(&first).await;
    add_user(&first, "zoe").await;
    ask(&first, Method::POST, "/_mock/reset", &json!({})).await;
    first.stop().await;
    let second = builder(dir.path()).start().await.unwrap();
    assert_eq!(document(&second).await, seed);
    let saved = ask(&second, Method::GET, "/_mock/state", &Value::Null).await.1;
    add_user(&second, "adam").await;
    let changed = ask(&second, Method::GET, "/_mock/state", &Value::Null).await.1;
    assert_eq!(ask(&second, Method::PUT, "/_mock/state", &saved).await.0, 200);
    assert_eq!(ask(&second, Method::PUT, "/_mock/state", &changed).await.0, 200);
    second.stop().await;
    let third = builder(dir.path()).start().await.unwrap();
    assert_eq!(document(&third).await, changed["org"], "a loaded state is stored");
    third.stop().await;
    let fourth = builder(dir.path()).reset_state(true).start().await.unwrap();
    assert_eq!(document(&fourth).await, seed);
    assert!(fourth.warnings().iter().any(|warning| warning.contains("--reset-state")), "{:?}", fourth.warnings());
}

#[tokio::test]
async fn another_document_gets_the_changes_of_the_state_and_the_start_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let market = TestOrg::market();
    let first = builder(dir.path()).org_yaml(market.yaml()).start().await.unwrap();
    let id = add_user(&first, "zoe").await;
    first.stop().await;
    let same = builder(dir.path()).org_yaml(market.yaml()).start().await.unwrap();
    assert!(!same.warnings().iter().any(|warning| warning.contains("has changed")), "{:?}", same.warnings());
    same.stop().await;
    let changed = market.edit(|document| document.org.name = "Another market".to_owned());
    let second = builder(dir.path()).org_yaml(changed.yaml()).start().await.unwrap();
    let warning = second.warnings().iter().find(|warning| warning.contains("has changed since its state"));
    assert!(warning.is_some_and(|warning| warning.contains("1 objects")), "{:?}", second.warnings());
    assert_eq!(document(&second).await["org"]["name"], "Another market");
    assert_eq!(ask(&second, Method::GET, &format!("/api/v1/users/{id}"), &Value::Null).await.0, 200);
}
