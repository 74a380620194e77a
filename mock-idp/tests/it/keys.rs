//! Signing keys: publication, rotation, and the effect on tokens and caches.

use mock_idp::MockIdp;
use mock_idp_core::model::{AuthorizationServer, RotationMode};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, decode, parameter, redeem};
use crate::org::TestOrg;

const API_TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";
const DAY: i64 = 24 * 3600;

async fn manage(mock: &MockIdp, method: Method, path: &str, authorization: Option<&str>, body: Value) -> Response {
    let request = browser().request(method.clone(), format!("{}{path}", mock.url()));
    let request = if method == Method::GET { request } else { request.json(&body) };
    match authorization {
        Some(value) => request.header("authorization", value).send().await.unwrap(),
        None => request.send().await.unwrap(),
    }
}

async fn rotate(mock: &MockIdp) -> Value {
    let path = "/api/v1/authorizationServers/ausmarket000000005d7/credentials/lifecycle/keyRotate";
    let ssws = format!("SSWS {API_TOKEN}");
    let response = manage(mock, Method::POST, path, Some(&ssws), json!({ "use": "sig" })).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn published(mock: &MockIdp) -> (Vec<String>, String) {
    let response = browser().get(format!("{}/v1/keys", mock.issuer())).send().await.unwrap();
    let cache = response.headers()["cache-control"].to_str().unwrap().to_owned();
    let set: Value = response.json().await.unwrap();
    (set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect(), cache)
}

async fn tokens(mock: &MockIdp) -> Value {
    let arrived = authorize(mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    redeem(mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap()
}

fn kid(token: &Value) -> String {
    decode(token.as_str().unwrap()).0["kid"].as_str().unwrap().to_owned()
}

async fn active(mock: &MockIdp, token: &Value) -> bool {
    let request = browser().post(format!("{}/v1/introspect", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
    let answer = request.form(&[("token", token.as_str().unwrap())]).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["active"].as_bool().unwrap()
}

async fn control(mock: &MockIdp, path: &str, body: Value) -> Value {
    let response = browser().post(format!("{}/_mock/{path}", mock.url())).json(&body).send().await.unwrap();
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_rotation_activates_the_next_key_and_keeps_the_previous_one_published() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (first, _) = published(&mock).await;
    assert_eq!(first.len(), 2, "ACTIVE, and NEXT published ahead");
    let before = tokens(&mock).await;
    assert_eq!((kid(&before["access_token"]), kid(&before["id_token"])), (first[0].clone(), first[0].clone()));

    let rotated = rotate(&mock).await;
    let keys = rotated.as_array().unwrap();
    let order = ["kty", "status", "alg", "kid", "use", "_links", "e", "n"];
    assert!(keys.iter().all(|key| key.as_object().unwrap().keys().eq(order)), "{rotated}");
    let statuses: Vec<&str> = keys.iter().map(|key| key["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["ACTIVE", "NEXT", "EXPIRED"]);
    let (second, _) = published(&mock).await;
    assert_eq!(second.len(), 3);
    assert_eq!((&second[0], &second[2]), (&first[1], &first[0]), "NEXT is ACTIVE now, ACTIVE is EXPIRED");
    let link = keys[0]["_links"]["self"]["href"].as_str().unwrap().replace(mock.url(), "");
    let one = manage(&mock, Method::GET, &link, Some(&format!("SSWS {API_TOKEN}")), Value::Null).await;
    assert_eq!(one.json::<Value>().await.unwrap(), keys[0]);

    let after = tokens(&mock).await;
    assert_eq!((kid(&after["access_token"]), kid(&after["id_token"])), (second[0].clone(), second[0].clone()));
    assert!(active(&mock, &before["access_token"]).await, "signed by the key that is EXPIRED");
    assert!(active(&mock, &after["access_token"]).await);
    rotate(&mock).await;
    assert!(!active(&mock, &before["access_token"]).await, "its key is gone");
    assert!(active(&mock, &after["access_token"]).await);

    control(&mock, "reset", json!({})).await;
    assert_eq!(published(&mock).await.0, first, "a reset brings the first keys back");
}

#[tokio::test]
async fn keys_rotate_automatically_every_90_days() {
    let mock = MockIdp::builder().start().await.unwrap();
    control(&mock, "clock", json!({ "freeze": true })).await;
    let (first, cache) = published(&mock).await;
    let seconds = |cache: &str| {
        let age = cache.strip_prefix("max-age=").and_then(|rest| rest.strip_suffix(", must-revalidate"));
        age.unwrap().parse::<i64>().unwrap()
    };
    assert!((90 * DAY - 60..=90 * DAY).contains(&seconds(&cache)), "until the next rotation: {cache}");
    control(&mock, "clock", json!({ "advance": 89 * DAY })).await;
    let (same, later) = published(&mock).await;
    assert_eq!(same, first);
    assert_eq!(seconds(&later), seconds(&cache) - 89 * DAY);
    control(&mock, "clock", json!({ "advance": DAY })).await;
    let (second, cache) = published(&mock).await;
    assert_eq!((&second[0], &second[2]), (&first[1], &first[0]));
    assert!((90 * DAY - 60..=90 * DAY).contains(&seconds(&cache)), "{cache}");
    assert_eq!(kid(&tokens(&mock).await["id_token"]), first[1]);
}

#[tokio::test]
async fn a_server_with_manual_rotation_keeps_its_keys() {
    let manual = |server: &mut AuthorizationServer| server.credentials.signing.rotation_mode = RotationMode::Manual;
    let mock = TestOrg::market().server(manual).start().await;
    let (first, cache) = published(&mock).await;
    assert_eq!(cache, "max-age=3832304, must-revalidate");
    control(&mock, "clock", json!({ "advance": 1000 * DAY })).await;
    assert_eq!(published(&mock).await, (first.clone(), cache));
    rotate(&mock).await;
    assert_eq!(published(&mock).await.0[0], first[1]);
}

#[tokio::test]
async fn the_control_api_rotates_the_keys_of_any_server() {
    let mock = MockIdp::builder().start().await.unwrap();
    let shown: Value = browser().get(format!("{}/_mock/keys", mock.url())).send().await.unwrap().json().await.unwrap();
    let statuses = |keys: &Value| {
        keys.as_array().unwrap().iter().map(|key| key["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&shown["org"]), ["ACTIVE", "NEXT"]);
    let rotated = control(&mock, "keys/rotate", json!({ "server": "org" })).await;
    assert_eq!(statuses(&rotated), ["ACTIVE", "NEXT", "EXPIRED"]);
    assert_eq!(rotated[0]["kid"], shown["org"][1]["kid"]);
    let rotated = control(&mock, "keys/rotate", json!({})).await;
    assert_eq!(rotated[0]["kid"], shown["default"][1]["kid"]);
    let unknown = control(&mock, "keys/rotate", json!({ "server": "none" })).await;
    assert_eq!(unknown["error"], "no authorization server has the name or id \"none\"");
}

#[tokio::test]
async fn the_keys_api_requires_oktas_permissions() {
    let mock = MockIdp::builder().start().await.unwrap();
    let keys = "/api/v1/authorizationServers/ausmarket000000005d7/credentials/keys";
    let rotate = "/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate";
    let ssws = format!("SSWS {API_TOKEN}");
    let api_error = async |method, path: &str, authorization, body| {
        let response = manage(&mock, method, path, authorization, body).await;
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        let cause = body["errorCauses"][0]["errorSummary"].as_str().unwrap_or_default().to_owned();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (status, text("errorCode"), text("errorSummary"), cause)
    };
    let case = |status: u16, code: &str, summary: &str, cause: &str| {
        (status, code.to_owned(), summary.to_owned(), cause.to_owned())
    };
    let anonymous = api_error(Method::GET, keys, None, Value::Null).await;
    assert_eq!(anonymous, case(403, "E0000005", "Invalid session", ""));
    for wrong in ["SSWS 00wrong", "SSWS", "Bearer garbage"] {
        let (status, code, summary, _) = api_error(Method::GET, keys, Some(wrong), Value::Null).await;
        let expected = if wrong == "SSWS" {
            (403, "E0000005", "Invalid session")
        } else {
            (401, "E0000011", "Invalid token provided")
        };
        assert_eq!((status, code.as_str(), summary.as_str()), expected, "{wrong}");
    }
    let unknown =
        api_error(Method::GET, "/api/v1/authorizationServers/ausnone/credentials/keys", Some(&ssws), Value::Null);
    let text = "Not found: Resource not found: ausnone (AuthorizationServer)";
    assert_eq!(unknown.await, case(404, "E0000007", text, ""));
    for body in [json!({ "use": "enc" }), json!({})] {
        let refused = api_error(Method::POST, rotate, Some(&ssws), body).await;
        let cause = "Invalid value specified for key 'use' parameter.";
        assert_eq!(refused, case(400, "E0000001", "Api validation failed: rotateKeys", cause));
    }
    let malformed = api_error(Method::POST, rotate, Some(&ssws), json!([1])).await;
    assert_eq!(malformed, case(400, "E0000003", "The request body was not well-formed.", ""));

    // An access token of the org server without the scope.
    let request = code_request(WEB, "openid");
    let mut url = url::Url::parse(&format!("{}/oauth2/v1/authorize", mock.url())).unwrap();
    url.query_pairs_mut().extend_pairs(&request);
    let browser = browser();
    let page = browser.get(url).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", crate::flow::state_handle(&page)), ("user", "buyer@example.test".to_owned())];
    let picked = browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    let code = parameter(&crate::flow::location(&picked), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", crate::flow::CALLBACK)];
    let token = browser.post(format!("{}/oauth2/v1/token", mock.url())).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    let tokens: Value = token.send().await.unwrap().json().await.unwrap();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let lacking = manage(&mock, Method::GET, keys, Some(&bearer), Value::Null).await;
    assert_eq!(lacking.status(), 403);
    let challenge = lacking.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.contains("scope=\"okta.authorizationServers.read\", error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert!(lacking.text().await.unwrap().is_empty());
}
