//! Other claims, another lifetime or an error in the next tokens; faults that return OAuth errors.

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::ask;
use crate::flow::{WEB, authorize, browser, code_request, decode, parameter, redeem};
use crate::refusals::token;

const REPORTS: (&str, &str) =
    ("0oamarketreports05d7", "mock-secret-reports-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");

async fn add(mock: &MockIdp, change: Value) -> Value {
    let (status, listed) = ask(mock, Method::POST, "/_mock/next-tokens", change).await;
    assert_eq!(status, 200, "{listed}");
    listed
}

async fn listed(mock: &MockIdp) -> Value {
    ask(mock, Method::GET, "/_mock/next-tokens", Value::Null).await.1
}

/// The token response for a user who signs in.
async fn tokens(mock: &MockIdp, login: &str) -> (u16, Value) {
    let arrived = authorize(mock, &browser(), login, &code_request(WEB, "openid email products:read")).await;
    let response = redeem(mock, &parameter(&arrived, "code").unwrap()).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The claims of the access token of a client without a user.
async fn service_claims(mock: &MockIdp) -> Value {
    let form = [("grant_type", "client_credentials"), ("scope", "products:read")];
    let body: Value = token(mock, "/oauth2/default", Some(REPORTS), &form).await.json().await.unwrap();
    decode(body["access_token"].as_str().unwrap()).1
}

#[tokio::test]
async fn claims_are_set_and_removed_once_in_the_tokens_of_one_user() {
    let mock = MockIdp::builder().start().await.unwrap();
    let change = json!({
        "client": "Market demo", "user": "buyer", "tokens": ["access_token"],
        "claims": { "market_role": "owner", "plan": { "seats": 3 } }, "drop": ["feature_access"],
    });
    let added = add(&mock, change).await;
    assert_eq!(
        (&added["user"], &added["client_id"], &added["times"]),
        (&json!("buyer@example.test"), &json!(WEB), &json!(1))
    );
    let (_, admin) = tokens(&mock, "admin@example.test").await;
    assert_ne!(decode(admin["access_token"].as_str().unwrap()).1["market_role"], "owner");
    assert_eq!(listed(&mock).await, json!([added]));

    let (_, buyer) = tokens(&mock, "buyer@example.test").await;
    let (_, access) = decode(buyer["access_token"].as_str().unwrap());
    assert_eq!((&access["market_role"], &access["plan"]), (&json!("owner"), &json!({ "seats": 3 })));
    assert!(access.get("feature_access").is_none(), "{access}");
    let (_, id) = decode(buyer["id_token"].as_str().unwrap());
    assert!(id.get("plan").is_none(), "{id}");
    assert_eq!(listed(&mock).await, json!([]));
    let (_, again) = tokens(&mock, "buyer@example.test").await;
    assert_eq!(decode(again["access_token"].as_str().unwrap()).1["market_role"], "shopper");
}

#[tokio::test]
async fn a_lifetime_is_that_of_the_token_and_of_the_answer() {
    let mock = MockIdp::builder().start().await.unwrap();
    add(&mock, json!({ "lifetime": 60, "times": 2 })).await;
    let (_, body) = tokens(&mock, "buyer@example.test").await;
    assert_eq!(body["expires_in"], 60);
    for name in ["access_token", "id_token"] {
        let (_, claims) = decode(body[name].as_str().unwrap());
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60, "{name}");
    }
    assert_eq!(listed(&mock).await[0]["times"], 1);
    let claims = service_claims(&mock).await;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    let claims = service_claims(&mock).await;
    assert_ne!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
}

#[tokio::test]
async fn an_error_is_returned_in_place_of_tokens_until_it_is_removed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let added = add(&mock, json!({ "user": "buyer", "error": "invalid_grant", "always": true })).await;
    assert_eq!((&added["error"], &added["error_description"]), (&json!("invalid_grant"), &json!("Invalid grant")));
    for _ in 0..2 {
        let (status, refusal) = tokens(&mock, "buyer@example.test").await;
        let expected = json!({ "error": "invalid_grant", "error_description": "Invalid grant" });
        assert_eq!((status, refusal), (400, expected));
    }
    assert_eq!(tokens(&mock, "admin@example.test").await.0, 200);
    let by_id = format!("/_mock/next-tokens/{}", added["id"].as_str().unwrap());
    assert_eq!(ask(&mock, Method::DELETE, &by_id, json!({})).await, (200, json!({ "removed": 1 })));
    assert_eq!(ask(&mock, Method::DELETE, &by_id, json!({})).await.0, 404);
    assert_eq!(tokens(&mock, "buyer@example.test").await.0, 200);

    add(&mock, json!({ "error": "invalid_client_secret", "error_description": "Rotated." })).await;
    let (status, refusal) = tokens(&mock, "buyer@example.test").await;
    assert_eq!(
        (status, &refusal["error"], &refusal["error_description"]),
        (401, &json!("invalid_client"), &json!("Rotated."))
    );
}

#[tokio::test]
async fn invalid_changes_are_refused_with_the_key() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (change, error) in [
        (json!({}), "the body changes nothing"),
        (json!({ "user": "byuer", "lifetime": 1 }), "no user has the login or id \"byuer\""),
        (json!({ "client": "Market dem", "lifetime": 1 }), "did you mean \"Market demo\"?"),
        (json!({ "lifetime": 1, "times": 0 }), "times: is at least 1"),
        (json!({ "lifetime": 1, "times": 2, "always": true }), "always: cannot be combined with times"),
        (json!({ "claims": { "a": 1 }, "drop": ["a"] }), "drop: \"a\" is set by claims too"),
        (json!({ "lifetime": 1, "tokens": ["refresh_token"] }), "tokens: a refresh token has no claims"),
        (json!({ "lifetime": 1, "tokens": ["acces_token"] }), "tokens[0]: unknown variant"),
        (json!({ "error": "invalid_grant", "lifetime": 1 }), "error: cannot be combined"),
        (json!({ "error": "invalid_grand" }), "did you mean \"invalid_grant\"?"),
        (json!({ "error": "scope_denied" }), "error_description: is needed"),
        (json!({ "error_description": "x", "lifetime": 1 }), "error_description: needs error"),
    ] {
        let (status, refusal) = ask(&mock, Method::POST, "/_mock/next-tokens", change.clone()).await;
        assert_eq!(status, 400, "{change}");
        assert!(refusal["error"].as_str().unwrap().contains(error), "{change}: {refusal}");
    }
    assert_eq!(listed(&mock).await, json!([]));
}

#[tokio::test]
async fn an_authorization_error_reaches_the_client_once_the_user_has_signed_in() {
    let mock = MockIdp::builder().start().await.unwrap();
    let fault = json!({ "name": "authorize.error", "error": "access_denied", "user": "buyer", "times": 1 });
    let (status, list) = ask(&mock, Method::POST, "/_mock/faults", fault).await;
    assert_eq!((status, &list[0]["user"]), (200, &json!("buyer@example.test")), "{list}");
    let request = code_request(WEB, "openid");
    let admin = authorize(&mock, &browser(), "admin@example.test", &request).await;
    assert!(parameter(&admin, "code").is_some());
    let refused = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    assert_eq!(parameter(&refused, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&refused, "state").as_deref(), Some("s-1"));
    let granted = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    assert!(parameter(&granted, "code").is_some());
}

#[tokio::test]
async fn an_oauth_error_replaces_the_answers_of_a_path() {
    let mock = MockIdp::builder().start().await.unwrap();
    let fault = json!({ "name": "http.oauth-error", "error": "invalid_grant", "path": "/oauth2/default/v1/token" });
    assert_eq!(ask(&mock, Method::POST, "/_mock/faults", fault).await.0, 200);
    let (status, refusal) = tokens(&mock, "buyer@example.test").await;
    assert_eq!((status, &refusal["error"]), (400, &json!("invalid_grant")));
    for (fault, error) in [
        (json!({ "name": "http.oauth-error" }), "error is missing"),
        (json!({ "name": "http.reset", "error": "invalid_grant" }), "error and error_description belong to"),
        (json!({ "name": "http.reset", "probability": 1.5 }), "probability is from 0 to 1"),
        (json!({ "name": "http.reset", "seed": 1 }), "seed belongs to probability"),
        (json!({ "name": "http.reset", "user": "buyer" }), "client_id and user are for token faults"),
    ] {
        let (status, refusal) = ask(&mock, Method::POST, "/_mock/faults", fault.clone()).await;
        assert_eq!(status, 400, "{fault}");
        assert!(refusal["error"].as_str().unwrap().contains(error), "{fault}: {refusal}");
    }
}

#[tokio::test]
async fn a_probability_spoils_discovery_and_keys_in_the_same_cases_for_the_same_seed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut series = Vec::new();
    for path in ["/oauth2/default/v1/keys", "/oauth2/default/.well-known/openid-configuration"] {
        let fault = json!({ "name": "http.status-503", "path": path, "probability": 0.5, "seed": 7 });
        ask(&mock, Method::POST, "/_mock/faults", fault).await;
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(ask(&mock, Method::GET, path, Value::Null).await.0);
        }
        assert!(statuses.contains(&200) && statuses.contains(&503), "{statuses:?}");
        series.push(statuses);
        ask(&mock, Method::DELETE, "/_mock/faults", json!({})).await;
    }
    assert_eq!(series[0], series[1]);
}
