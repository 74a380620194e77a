//! Scopes of the org's own APIs for a user: only those granted to the app are issued.

use mock_idp::MockIdp;
use mock_idp_core::model::App;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, decode, location, parameter, state_handle};
use crate::org::TestOrg;

/// The market with these scopes granted to its web client, which another app trusts.
pub(crate) async fn granting(scopes: &[&str]) -> MockIdp {
    let trust_web = |app: &mut App| app.interclient_allowed_apps.push(WEB.to_owned());
    TestOrg::market().grant(WEB, scopes).app("0oamarketsecond005d7", trust_web).start().await
}

/// The redirect after the administrator signs in at a server with these scopes.
async fn arrived(mock: &MockIdp, server: &str, scope: &str) -> String {
    let browser = browser();
    let url = format!("{}{server}/v1/authorize", mock.url());
    let response = browser.get(url).query(&code_request(WEB, scope)).send().await.unwrap();
    if response.status() == 302 {
        return location(&response);
    }
    let page = response.text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", "admin@example.test".to_owned())];
    location(&browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap())
}

#[tokio::test]
async fn a_user_gets_the_scopes_granted_to_the_app() {
    let mock = granting(&["okta.users.read", "okta.clients.read"]).await;
    for (asked, granted) in [
        ("openid okta.users.read okta.clients.read", "openid okta.users.read okta.clients.read"),
        ("okta.clients.read", "okta.clients.read"),
        ("openid okta.clients.read okta.users.manage", "openid okta.clients.read"),
    ] {
        let code = parameter(&arrived(&mock, "/oauth2", asked).await, "code").unwrap();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        let request = browser().post(format!("{}/oauth2/v1/token", mock.url())).basic_auth(WEB, Some(WEB_SECRET));
        let body: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
        assert_eq!(body["scope"], granted, "{body}");
        let token = body["access_token"].as_str().unwrap();
        let claims = decode(token).1;
        assert_eq!(claims["scp"], granted.split(' ').collect::<Value>());
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("admin@example.test"), &json!(mock.url())));
        let opened = browser().get(format!("{}/oauth2/v1/clients", mock.url())).bearer_auth(token);
        assert_eq!(opened.send().await.unwrap().status(), 200, "{asked}");
    }
}

#[tokio::test]
async fn scopes_not_granted_to_the_app_are_refused_with_oktas_errors() {
    let mock = granting(&["okta.users.read"]).await;
    let consent = ("consent_required", "You are not allowed any of the requested scopes.");
    let unknown = ("invalid_scope", "One or more scopes are not configured for the authorization server resource.");
    for (server, asked, (error, text)) in [
        ("/oauth2", "openid okta.users.manage", consent),
        ("/oauth2", "okta.users.manage okta.logs.read", consent),
        ("/oauth2", "openid okta.magic.read", unknown),
        ("/oauth2", "openid okta.users.read okta.magic.read", unknown),
        ("/oauth2/default", "openid okta.users.read", unknown),
    ] {
        let arrived = arrived(&mock, server, asked).await;
        let received = |name| parameter(&arrived, name);
        assert_eq!(
            (received("state").as_deref(), received("error").as_deref(), received("error_description").as_deref()),
            (Some("s-1"), Some(error), Some(text)),
            "{server} {asked}"
        );
    }
    let form = [("client_id", "0oamarkettv0000005d7"), ("scope", "openid okta.users.read")];
    let device = browser().post(format!("{}/oauth2/v1/device/authorize", mock.url())).form(&form);
    let device = device.send().await.unwrap();
    assert_eq!(device.status(), 400);
    let (error, text) = consent;
    assert_eq!(device.json::<Value>().await.unwrap(), json!({ "error": error, "error_description": text }));
}
