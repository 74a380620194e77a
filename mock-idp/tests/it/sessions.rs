//! The sessions API: for browsers by their cookie, and for programs by id.

use mock_idp::MockIdp;
use mock_idp_core::moment::timestamp;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::flow::{WEB, authorize, browser, code_request, location, parameter};
use crate::market::{NOW, advance, market};

const API_TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";

async fn call(mock: &MockIdp, client: &Client, method: Method, path: &str) -> Response {
    let request = client.request(method.clone(), format!("{}/api/v1/sessions{path}", mock.url()));
    let request = if method == Method::POST { request.header("content-length", "0") } else { request };
    request.send().await.unwrap()
}

async fn body(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn session_token(mock: &MockIdp) -> String {
    let sign_in = json!({ "username": "buyer@example.test", "password": "Passw0rd!" });
    let response = browser().post(format!("{}/api/v1/authn", mock.url())).json(&sign_in).send().await.unwrap();
    response.json::<Value>().await.unwrap()["sessionToken"].as_str().unwrap().to_owned()
}

async fn create(mock: &MockIdp, client: &Client, token: &str) -> (u16, Value) {
    let request = client.post(format!("{}/api/v1/sessions", mock.url()));
    body(request.json(&json!({ "sessionToken": token })).send().await.unwrap()).await
}

#[tokio::test]
async fn a_session_token_begins_a_session_of_the_browser_once() {
    let mock = market().await;
    let (client, token) = (browser(), session_token(&mock).await);
    let (status, session) = create(&mock, &client, &token).await;
    assert_eq!(status, 200, "{session}");
    let id = session["id"].as_str().unwrap();
    assert!(id.starts_with("102") && id.len() == 57, "{id}");
    let own = format!("{}/api/v1/sessions/{id}", mock.url());
    assert_eq!(
        session,
        json!({
            "id": id, "userId": "00ubuyer0000000005d7", "login": "buyer@example.test",
            "createdAt": timestamp(NOW), "expiresAt": timestamp(NOW + 7200), "status": "ACTIVE",
            "lastPasswordVerification": timestamp(NOW), "lastFactorVerification": null, "amr": ["pwd"],
            "idp": { "id": "00omarket000000005d7", "type": "OKTA" }, "mfaActive": false,
            "_links": {
                "self": { "href": own, "hints": { "allow": ["GET", "DELETE"] } },
                "refresh": { "href": format!("{own}/lifecycle/refresh"), "hints": { "allow": ["POST"] } },
                "user": {
                    "name": "Ben Buyer", "href": format!("{}/api/v1/users/00ubuyer0000000005d7", mock.url()),
                    "hints": { "allow": ["GET"] },
                },
            },
        })
    );
    let request = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    let arrived = location(&client.get(url).query(&request).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    for used in [token.as_str(), "20111unknown", ""] {
        let (status, error) = create(&mock, &browser(), used).await;
        assert_eq!((status, &error["errorCode"]), (401, &json!("E0000004")));
    }
}

#[tokio::test]
async fn a_browser_reads_refreshes_and_closes_its_own_session() {
    let mock = market().await;
    let client = browser();
    let (status, none) = body(call(&mock, &client, Method::GET, "/me").await).await;
    assert_eq!((status, &none["errorSummary"]), (404, &json!("Not found: Resource not found: me (AppSession)")));
    authorize(&mock, &client, "buyer@example.test", &code_request(WEB, "openid")).await;
    advance(&mock, 3600).await;
    let (status, session) = body(call(&mock, &client, Method::GET, "/me").await).await;
    assert_eq!((status, &session["expiresAt"]), (200, &json!(timestamp(NOW + 7200))));
    let refresh = session["_links"]["refresh"]["href"].as_str().unwrap();
    assert_eq!(refresh, format!("{}/api/v1/sessions/me/lifecycle/refresh", mock.url()));
    let (status, session) = body(call(&mock, &client, Method::POST, "/me/lifecycle/refresh").await).await;
    assert_eq!((status, &session["expiresAt"]), (200, &json!(timestamp(NOW + 3600 + 7200))));
    let minimal = client.get(format!("{}/api/v1/sessions/me", mock.url())).header("prefer", "return=minimal");
    assert_eq!(minimal.send().await.unwrap().status(), 204);
    assert_eq!(call(&mock, &client, Method::DELETE, "/me").await.status(), 204);
    for (method, path) in [(Method::GET, "/me"), (Method::DELETE, "/me"), (Method::POST, "/me/lifecycle/refresh")] {
        assert_eq!(call(&mock, &client, method.clone(), path).await.status(), 404, "{method} {path}");
    }
}

#[tokio::test]
async fn a_program_reads_refreshes_and_ends_a_session_by_any_of_its_ids() {
    let mock = market().await;
    let (client, token) = (browser(), session_token(&mock).await);
    let first = create(&mock, &client, &token).await.1["id"].as_str().unwrap().to_owned();
    let program = async |method: Method, path: String| {
        let request = browser().request(method, format!("{}/api/v1/sessions{path}", mock.url()));
        let request = request.header("authorization", format!("SSWS {API_TOKEN}")).header("content-length", "0");
        request.send().await.unwrap()
    };
    let (status, session) = body(program(Method::GET, format!("/{first}")).await).await;
    assert_eq!((status, &session["login"]), (200, &json!("buyer@example.test")));
    let second = session["id"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    advance(&mock, 7199).await;
    let refreshed = body(program(Method::POST, format!("/{second}/lifecycle/refresh")).await).await;
    assert_eq!(refreshed.1["expiresAt"], timestamp(NOW + 7199 + 7200));
    assert_eq!(call(&mock, &browser(), Method::GET, &format!("/{first}")).await.status(), 403, "without a credential");
    assert_eq!(program(Method::DELETE, format!("/{first}")).await.status(), 204);
    for path in [format!("/{first}"), format!("/{second}"), "/102x".to_owned(), "/unknown".to_owned()] {
        let (status, error) = body(program(Method::GET, path.clone()).await).await;
        assert_eq!((status, &error["errorCode"]), (404, &json!("E0000007")), "{path}");
    }
    assert_eq!(call(&mock, &client, Method::GET, "/me").await.status(), 404);
    assert_eq!(call(&mock, &client, Method::GET, "").await.status(), 405);
}

#[tokio::test]
async fn a_session_that_is_over_is_not_found() {
    let mock = market().await;
    let client = browser();
    authorize(&mock, &client, "buyer@example.test", &code_request(WEB, "openid")).await;
    advance(&mock, 7200).await;
    assert_eq!(call(&mock, &client, Method::GET, "/me").await.status(), 404);
    assert_eq!(call(&mock, &client, Method::POST, "/me/lifecycle/refresh").await.status(), 404);
}

#[tokio::test]
async fn a_session_token_in_a_redirect_begins_a_session_and_the_browser_goes_on() {
    let mock = market().await;
    let authorize = format!("{}/v1/authorize", mock.issuer());
    let request = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
    let own = url::Url::parse_with_params(&authorize, &request).unwrap().to_string();
    let redirect = async |client: &Client, token: &str, to: &str| {
        let url = format!("{}/login/sessionCookieRedirect", mock.url());
        let query = [("checkAccountSetupComplete", "true"), ("token", token), ("redirectUrl", to)];
        client.get(url).query(&query).send().await.unwrap()
    };
    let client = browser();
    let token = session_token(&mock).await;
    let response = redirect(&client, &token, &own).await;
    assert_eq!((response.status().as_u16(), location(&response).as_str()), (302, own.as_str()));
    let arrived = location(&client.get(&own).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");

    let trusted = redirect(&browser(), &session_token(&mock).await, "http://localhost:8080/home").await;
    assert_eq!(location(&trusted), "http://localhost:8080/home");
    // A used token signs no one in, and a page of the org asks for a sign-in.
    let client = browser();
    assert_eq!(location(&redirect(&client, &token, &own).await), own);
    let arrived = location(&client.get(&own).send().await.unwrap());
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("login_required"));
    for (token, to) in [
        (token.as_str(), "http://localhost:8080/home"),
        ("20111unknown", "https://elsewhere.example.test/"),
        ("20111unknown", "javascript:alert(1)"),
        ("20111unknown", "/relative"),
        ("20111unknown", &format!("{}.example.test/", mock.url())),
    ] {
        assert_eq!(redirect(&browser(), token, to).await.status(), 400, "{to}");
    }
}
