//! Signing in by API: session tokens at the authorization endpoint. Also WebFinger.

use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, browser, code_request, decode, location, parameter, redeem};

async fn authn(mock: &MockIdp, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}/api/v1/authn", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn clock(mock: &MockIdp, body: Value) {
    browser().post(format!("{}/_mock/clock", mock.url())).json(&body).send().await.unwrap();
}

fn request(token: &str) -> Vec<(&str, &str)> {
    [code_request(WEB, "openid"), vec![("sessionToken", token), ("prompt", "none")]].concat()
}

#[tokio::test]
async fn a_session_token_signs_in_once_without_a_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    clock(&mock, json!({ "set": "2027-01-15T08:00:00Z", "freeze": true })).await;
    let (status, body) = authn(&mock, json!({ "username": "buyer@example.test", "password": "Passw0rd!" })).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["expiresAt", "status", "sessionToken", "_embedded", "_links"]
    );
    assert_eq!((&body["expiresAt"], &body["status"]), (&json!("2027-01-15T08:05:00.000Z"), &json!("SUCCESS")));
    assert_eq!(
        body["_embedded"]["user"],
        json!({
            "id": "00ubuyer0000000005d7", "passwordChanged": "2026-01-15T09:30:00.000Z",
            "profile": {
                "login": "buyer@example.test", "firstName": "Ben", "lastName": "Buyer", "locale": "en_US",
                "timeZone": "America/New_York",
            },
        })
    );
    let token = body["sessionToken"].as_str().unwrap();
    assert!(token.starts_with("20111") && token.len() == 55, "{token}");

    let url = format!("{}/v1/authorize", mock.issuer());
    let first = browser();
    let arrived = location(&first.get(&url).query(&request(token)).send().await.unwrap());
    let tokens: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["sub"], "00ubuyer0000000005d7");
    // The browser has a session; another browser with the same token has none.
    let error = async |browser: reqwest::Client, token: &str| {
        let response = browser.get(&url).query(&request(token)).send().await.unwrap();
        parameter(&location(&response), "error")
    };
    assert_eq!(error(first, "20111unknown").await, None);
    assert_eq!(error(browser(), token).await.as_deref(), Some("login_required"));

    // It is accepted in a pushed request, and ignored beside one.
    let (_, body) = authn(&mock, json!({ "username": "buyer", "password": "Passw0rd!" })).await;
    let token = body["sessionToken"].as_str().unwrap();
    let push = async |form: &[(&str, &str)]| {
        let par = format!("{}/v1/par", mock.issuer());
        let pushed = browser().post(par).basic_auth(WEB, Some(WEB_SECRET)).form(form).send().await.unwrap();
        pushed.json::<Value>().await.unwrap()["request_uri"].as_str().unwrap().to_owned()
    };
    let bare: Vec<_> = request(token).into_iter().filter(|(name, _)| *name != "sessionToken").collect();
    let name = push(&bare).await;
    let beside = [("client_id", WEB), ("request_uri", name.as_str()), ("sessionToken", token)];
    let arrived = location(&browser().get(&url).query(&beside).send().await.unwrap());
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("login_required"));
    let name = push(&request(token)).await;
    let inside = [("client_id", WEB), ("request_uri", name.as_str())];
    let arrived = location(&browser().get(&url).query(&inside).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");

    let (_, late) = authn(&mock, json!({ "username": "buyer", "password": "Passw0rd!" })).await;
    clock(&mock, json!({ "advance": 300 })).await;
    assert_eq!(error(browser(), late["sessionToken"].as_str().unwrap()).await.as_deref(), Some("login_required"));
}

#[tokio::test]
async fn authn_errors_reveal_no_reason() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (username, password) in [
        ("buyer@example.test", "wrong"),
        ("nobody@example.test", "Passw0rd!"),
        ("locked@example.test", "Passw0rd!"),
        ("suspended@example.test", "Passw0rd!"),
    ] {
        let (status, body) = authn(&mock, json!({ "username": username, "password": password })).await;
        assert_eq!(
            (status, &body["errorCode"], &body["errorSummary"]),
            (401, &json!("E0000004"), &json!("Authentication failed"))
        );
        assert_eq!(body["errorCauses"], json!([]), "{username}");
    }
    let (status, body) = authn(&mock, json!({ "username": "buyer@example.test" })).await;
    assert_eq!((status, &body["errorCode"]), (400, &json!("E0000001")));
    assert_eq!(body["errorSummary"], "Api validation failed: authRequest");
    assert_eq!(authn(&mock, json!({ "username": 7 })).await.1["errorCode"], "E0000003");
    let url = format!("{}/api/v1/authn/cancel", mock.url());
    let cancelled = browser().post(url).json(&json!({ "stateToken": "00x" })).send().await.unwrap();
    assert_eq!(cancelled.status(), 401);
    assert_eq!(cancelled.json::<Value>().await.unwrap()["errorSummary"], "Invalid token provided");
}

#[tokio::test]
async fn webfinger_returns_the_org_as_issuer() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/.well-known/webfinger", mock.url());
    let issuer = "http://openid.net/specs/connect/1.0/issuer";
    let ask = async |query: &[(&str, &str)]| browser().get(&url).query(query).send().await.unwrap();
    let response = ask(&[("resource", "acct:buyer@example.test"), ("rel", issuer)]).await;
    assert_eq!(response.headers()["content-type"], "application/jrd+json");
    let expected = json!({ "subject": "acct:buyer@example.test", "links": [{ "rel": issuer, "href": mock.url() }] });
    assert_eq!(response.json::<Value>().await.unwrap(), expected);
    // Okta's sign-in widget reads the first link.
    let provider = json!({
        "rel": "okta:idp", "href": mock.url(), "titles": { "und": "market" }, "properties": { "okta:idp:type": "OKTA" },
    });
    let user = ("resource", "okta:acct:buyer@example.test");
    let asked: Value = ask(&[user, ("rel", "okta:idp")]).await.json().await.unwrap();
    assert_eq!(asked, json!({ "subject": user.1, "links": [provider] }));
    let unfiltered: Value = ask(&[user]).await.json().await.unwrap();
    assert_eq!(unfiltered["links"], json!([provider, { "rel": issuer, "href": mock.url() }]));
    let other = ask(&[("resource", "acct:buyer@example.test"), ("rel", "other")]).await;
    assert_eq!(other.json::<Value>().await.unwrap()["links"], json!([]));
    assert_eq!(ask(&[]).await.status(), 400);
}
