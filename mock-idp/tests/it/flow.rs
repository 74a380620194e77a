//! Whole flows over a real socket: authorize, sign in, redeem, use, refresh, sign out.

use mock_idp::MockIdp;
use reqwest::{Client, Response, redirect};
use serde_json::Value;

pub(crate) const WEB: &str = "0oamarketweb000005d7";
pub(crate) const WEB_SECRET: &str = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";
pub(crate) const CALLBACK: &str = "http://localhost:7803/callback";

/// A browser without script: keeps cookies, follows nothing by itself.
pub(crate) fn browser() -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy().build().unwrap()
}

/// The hidden input or attribute value that follows `marker` in a page.
pub(crate) fn after<'a>(page: &'a str, marker: &str) -> &'a str {
    let rest = page.split_once(marker).unwrap_or_else(|| panic!("no {marker} in {page}")).1;
    rest.split_once('"').unwrap().0
}

pub(crate) fn state_handle(page: &str) -> String {
    after(page, "name=\"stateHandle\" value=\"").to_owned()
}

/// Signs in by the picker and gives what arrives at the redirect URI.
pub(crate) async fn authorize(mock: &MockIdp, browser: &Client, login: &str, query: &[(&str, &str)]) -> String {
    let url = format!("{}/v1/authorize", mock.issuer());
    let response = browser.get(url).query(query).send().await.unwrap();
    if response.status() == 302 {
        return location(&response);
    }
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", login.to_owned())];
    let response = browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    if response.status() == 302 { location(&response) } else { response.text().await.unwrap() }
}

pub(crate) fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) fn parameter(location: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(location).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

pub(crate) fn code_request<'a>(client_id: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s-1"),
        ("nonce", "n-1"),
    ]
}

pub(crate) async fn redeem(mock: &MockIdp, code: &str) -> Response {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    let url = format!("{}/v1/token", mock.issuer());
    browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap()
}

/// Header and payload of a JWT, signature unread.
pub(crate) fn decode(jwt: &str) -> (Value, Value) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = |index: usize| {
        let bytes = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(0), part(1))
}

#[tokio::test]
async fn a_code_flow_gives_the_tokens_of_the_rule_that_matched() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let request = code_request(WEB, "openid profile email offline_access products:read");
    let arrived = authorize(&mock, &browser, "buyer@example.test", &request).await;
    assert_eq!(parameter(&arrived, "state").as_deref(), Some("s-1"));
    let code = parameter(&arrived, "code").unwrap();

    let response = redeem(&mock, &code).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["token_type"], "Bearer");
    // The rule "Everyone" gives an hour.
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], "openid profile email offline_access products:read");

    let (header, access) = decode(body["access_token"].as_str().unwrap());
    assert_eq!(header.as_object().unwrap().keys().collect::<Vec<_>>(), ["kid", "alg"]);
    assert_eq!(
        access.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "ver",
            "jti",
            "iss",
            "aud",
            "iat",
            "exp",
            "cid",
            "uid",
            "scp",
            "auth_time",
            "sub",
            "feature_access",
            "market_role"
        ]
    );
    assert_eq!(access["sub"], "buyer@example.test");
    assert_eq!(access["uid"], "00ubuyer0000000005d7");
    assert_eq!(access["aud"], "api://default");
    assert_eq!(access["iss"], mock.issuer());
    assert_eq!(access["feature_access"], serde_json::json!(["basic"]));
    assert_eq!(access["market_role"], "shopper");
    assert!(access["jti"].as_str().unwrap().contains(".oar"));

    let (_, id) = decode(body["id_token"].as_str().unwrap());
    assert_eq!(
        id.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "sub",
            "name",
            "email",
            "ver",
            "iss",
            "aud",
            "iat",
            "exp",
            "jti",
            "amr",
            "idp",
            "nonce",
            "preferred_username",
            "auth_time",
            "at_hash",
            "groups"
        ]
    );
    assert_eq!(id["sub"], "00ubuyer0000000005d7");
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["groups"], serde_json::json!(["Everyone", "Buyers"]));

    let again = redeem(&mock, &code).await;
    assert_eq!(again.status(), 400);
    let refusal: Value = again.json().await.unwrap();
    assert_eq!(refusal["error"], "invalid_grant");
    assert_eq!(refusal["error_description"], "The authorization code is invalid or has expired.");
}
