//! Redirect URIs: which ones are accepted, and how a refused one is registered.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{WEB, browser, code_request};
use crate::org::TestOrg;
use crate::registration::API_TOKEN;

const NATIVE: &str = "0oamarketnative005d7";

async fn authorize(mock: &MockIdp, client: &str, redirect_uri: &str) -> Response {
    let mut query = code_request(client, "openid");
    query.retain(|(name, _)| *name != "redirect_uri");
    query.extend([("redirect_uri", redirect_uri), ("code_challenge_method", "S256")]);
    query.push(("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    browser().get(format!("{}/v1/authorize", mock.issuer())).query(&query).send().await.unwrap()
}

#[tokio::test]
async fn callbacks_of_common_frameworks_are_registered() {
    let mock = MockIdp::builder().start().await.unwrap();
    for uri in [
        "https://localhost:5001/authorization-code/callback",
        "https://localhost:5001/signin-oidc",
        "http://localhost:5173/auth/callback/okta",
        "http://localhost:3000/auth/callback/okta",
        "http://localhost:3000/auth/okta/callback",
        "http://localhost:8000/oidc/callback/",
        "http://localhost:8000/accounts/oidc/okta/login/callback/",
        "http://localhost:8000/complete/okta-openidconnect/",
        "http://localhost:5000/authorize",
        "http://localhost:8080/oauth-authorized/okta",
        "http://localhost:8501/oauth2callback",
        "http://localhost:4180/oauth2/callback",
        "http://localhost:8250/oidc/callback",
        "http://localhost:8000",
    ] {
        assert_eq!(authorize(&mock, WEB, uri).await.status(), 200, "{uri}");
    }
}

#[tokio::test]
async fn any_loopback_port_is_accepted_for_the_clients_of_the_setting() {
    let mock = MockIdp::builder().start().await.unwrap();
    let other_port = "http://localhost:51004/callback";
    for (client, uri, status) in [
        (NATIVE, other_port, 200),
        (NATIVE, "http://127.0.0.1:51004/callback", 200),
        (NATIVE, "http://localhost:51004/elsewhere", 400),
        (NATIVE, "https://localhost:51004/callback", 400),
        (NATIVE, "http://app.example:51004/callback", 400),
        (WEB, other_port, 400),
    ] {
        assert_eq!(authorize(&mock, client, uri).await.status(), status, "{client} {uri}");
    }
    let exact = TestOrg::market().edit(|document| document.settings.any_loopback_port.clear()).start().await;
    assert_eq!(authorize(&exact, NATIVE, other_port).await.status(), 400);
}

#[tokio::test]
async fn the_error_page_has_a_command_that_registers_the_refused_uri() {
    let mock = MockIdp::builder().start().await.unwrap();
    let uri = "http://localhost:4321/it's?a=b&c=d";
    let response = authorize(&mock, WEB, uri).await;
    assert_eq!(response.status(), 400);
    let page = scraper::Html::parse_document(&response.text().await.unwrap());
    let selector = scraper::Selector::parse("[data-se='accept-command']").unwrap();
    let command: String = page.select(&selector).next().unwrap().text().collect();
    let (_, rest) = command.split_once('\'').unwrap();
    let (body, url) = rest.split_once('\'').unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body, json!({ "client": WEB, "redirect_uri": uri }));
    let added = browser().post(url.trim()).json(&body).send().await.unwrap();
    assert_eq!(added.status(), 200);
    assert_eq!(authorize(&mock, WEB, uri).await.status(), 200);

    for (body, error) in [
        (json!({ "client": WEB, "redirect_uri": "javascript:alert(1)" }), "the scheme `javascript:` is refused"),
        (json!({ "client": "nobody", "redirect_uri": uri }), "no app has the client id \"nobody\""),
        (json!({ "client": WEB }), "missing field `redirect_uri`"),
    ] {
        let refused = browser().post(url.trim()).json(&body).send().await.unwrap();
        assert_eq!(refused.status(), 400);
        let text = refused.json::<Value>().await.unwrap()["error"].as_str().unwrap().to_owned();
        assert!(text.contains(error), "{text}");
    }
    browser().post(format!("{}/_mock/reset", mock.url())).json(&json!({})).send().await.unwrap();
    assert_eq!(authorize(&mock, WEB, uri).await.status(), 400);
}

#[tokio::test]
async fn registration_refuses_what_the_org_document_refuses() {
    let mock = MockIdp::builder().start().await.unwrap();
    let register = async |members: Value| {
        let mut body = json!({ "client_name": "x", "redirect_uris": ["https://app.example.com/cb"] });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let request = browser().post(format!("{}/oauth2/v1/clients", mock.url())).json(&body);
        let response = request.header("authorization", format!("SSWS {API_TOKEN}")).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap()["error"].clone())
    };
    for uri in
        ["javascript:alert(1)", "data:text/html,x", "https://*.example.com/", "https://a.example/\r\nX: 1", "/cb"]
    {
        assert_eq!(register(json!({ "redirect_uris": [uri] })).await, (400, json!("invalid_redirect_uri")), "{uri}");
        let signed_out = register(json!({ "post_logout_redirect_uris": [uri] })).await;
        assert_eq!(signed_out, (400, json!("invalid_redirect_uri")), "{uri}");
    }
    assert_eq!(register(json!({})).await.0, 201);
}
