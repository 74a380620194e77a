//! The response mode `okta_post_message` and `prompt=none`.

use mock_idp::MockIdp;
use reqwest::Response;

use crate::flow::{CALLBACK, WEB, authorize, browser, location, parameter};

const SPA: &str = "0oamarketspa000005d7";
const CHALLENGE: (&str, &str) = ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
const METHOD: (&str, &str) = ("code_challenge_method", "S256");

fn request<'a>(client_id: &'a str, response_type: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut request =
        vec![("client_id", client_id), ("redirect_uri", CALLBACK), ("response_type", response_type), ("state", "s-1")];
    request.extend(more);
    request
}

const MESSAGE: (&str, &str) = ("response_mode", "okta_post_message");

async fn send(mock: &MockIdp, query: &[(&str, &str)]) -> Response {
    browser().get(format!("{}/v1/authorize", mock.issuer())).query(query).send().await.unwrap()
}

/// The value of `data.{name}` in a page's script, unescaped.
fn value(page: &str, name: &str) -> Option<String> {
    let literal = page.split_once(&format!("data.{name} = '"))?.1.split_once("';")?.0;
    let mut parts = literal.split("\\x");
    let mut value = parts.next()?.to_owned();
    for part in parts {
        value.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
        value.push_str(&part[2..]);
    }
    Some(value)
}

#[tokio::test]
async fn a_single_page_app_gets_its_code_by_post_message() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let request = request(SPA, "code", &[("scope", "openid"), MESSAGE, CHALLENGE, METHOD]);
    let page = authorize(&mock, &browser, "buyer@example.test", &request).await;
    assert_eq!(value(&page, "code").map(|code| code.len()), Some(43));
    assert_eq!(value(&page, "state").as_deref(), Some("s-1"));
    assert!(page.contains(r"postMessage(data, 'http\x3A\x2F\x2Flocalhost\x3A7803')"), "{page}");

    // A hidden frame of the app: with a session a code, without one an error, both by message.
    let mut silent = request.clone();
    silent.push(("prompt", "none"));
    let response = browser.get(format!("{}/v1/authorize", mock.issuer())).query(&silent).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers().get("x-frame-options"), None);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let request_id = response.headers()["x-okta-request-id"].to_str().unwrap();
    assert!(policy.contains(&format!("script-src 'nonce-{request_id}'")), "{policy}");
    assert!(policy.contains("frame-ancestors http://localhost:7803;"), "{policy}");
    assert!(value(&response.text().await.unwrap(), "code").is_some());
    let refused = send(&mock, &silent).await;
    assert_eq!(refused.status(), 200);
    let page = refused.text().await.unwrap();
    assert_eq!(value(&page, "error").as_deref(), Some("login_required"));
    let description = "The client specified not to prompt, but the user is not logged in.";
    assert_eq!(value(&page, "error_description").as_deref(), Some(description));
    assert_eq!(value(&page, "state").as_deref(), Some("s-1"));
}

#[tokio::test]
async fn implicit_and_hybrid_responses_use_post_message() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (response_type, names) in [
        ("id_token", &["id_token", "state"][..]),
        ("id_token token", &["id_token", "access_token", "token_type", "expires_in", "scope", "state"]),
        ("code id_token", &["code", "id_token", "state"]),
    ] {
        let request = request(WEB, response_type, &[("scope", "openid"), ("nonce", "n-1"), MESSAGE]);
        let page = authorize(&mock, &browser(), "buyer@example.test", &request).await;
        let mut at = 0;
        for name in names {
            let place = page.find(&format!("data.{name} = ")).unwrap_or_else(|| panic!("no {name} in {page}"));
            assert!(place > at, "{response_type}: {name} comes too early");
            at = place;
        }
    }
}

#[tokio::test]
async fn invalid_post_message_requests_are_redirected_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let with_code = "'okta_post_message' response mode cannot be used with the 'code' response type.";
    let mode = "The response mode is not supported by the authorization server. Valid response modes: [query, fragment, \
                form_post, okta_post_message].";
    let enrolls = ("prompt", "enroll_authenticator");
    let acr = ("acr_values", "urn:okta:loa:2fa:any:ifpossible");
    type Case<'a> = (Vec<(&'a str, &'a str)>, &'a str, &'a str);
    let cases: [Case<'_>; 13] = [
        (request(SPA, "code", &[("scope", "openid"), MESSAGE]), "unsupported_response_mode", with_code),
        (
            request(WEB, "code", &[("scope", "openid"), MESSAGE, CHALLENGE, METHOD]),
            "unsupported_response_mode",
            with_code,
        ),
        (request(WEB, "code", &[("scope", "openid"), ("response_mode", "none")]), "unsupported_response_mode", mode),
        (
            request(WEB, "code", &[("scope", "openid"), enrolls]),
            "invalid_request",
            "Authenticator enrollment requires 'none' response_type.",
        ),
        (
            request(WEB, "none", &[]),
            "invalid_request",
            "'prompt' parameter must have the value 'enroll_authenticator' for request with 'none' as response_type.",
        ),
        (
            request(WEB, "none", &[enrolls, ("scope", "openid")]),
            "invalid_request",
            "'scope' parameter is not supported for request with 'none' as response_type.",
        ),
        (
            request(WEB, "none", &[enrolls, ("nonce", "n")]),
            "invalid_request",
            "'nonce' parameter is not supported for request with 'none' as response_type.",
        ),
        (
            request(WEB, "none", &[enrolls, ("resource", "x")]),
            "invalid_request",
            "'resource' parameter is not supported for request with 'none' as response_type.",
        ),
        (
            request(WEB, "none", &[enrolls, ("max_age", "0")]),
            "invalid_request",
            "'acr_values' parameter must have the value 'urn:okta:loa:2fa:any:ifpossible' for request with \
             'enroll_authenticator' as prompt.",
        ),
        (
            request(WEB, "none", &[enrolls, acr, ("max_age", "1")]),
            "invalid_request",
            "'max_age' parameter must have the value '0' for request with 'enroll_authenticator' as prompt.",
        ),
        (
            request(WEB, "none", &[enrolls, acr, ("max_age", "0")]),
            "invalid_request",
            "'enroll_amr_values' parameter must have valid space delimited authenticators list for request with \
             'none' as response_type.",
        ),
        (
            request(WEB, "none", &[enrolls, acr, ("max_age", "0"), ("enroll_amr_values", "sms palm")]),
            "invalid_request",
            "'enroll_amr_values' parameter must have valid space delimited authenticators list for request with \
             'none' as response_type.",
        ),
        (
            request(WEB, "none", &[enrolls, acr, ("max_age", "0"), ("enroll_amr_values", "sms okta_verify")]),
            "access_denied",
            "Authenticator enrollment is not allowed at this time. Please contact support for assistance.",
        ),
    ];
    for (query, error, description) in cases {
        let response = send(&mock, &query).await;
        assert_eq!(response.status(), 302, "{query:?}");
        let arrived = location(&response);
        assert!(arrived.starts_with(&format!("{CALLBACK}?state=s-1&error=")), "{query:?}: {arrived}");
        assert_eq!(parameter(&arrived, "error").as_deref(), Some(error), "{query:?}");
        assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(description), "{query:?}");
    }
    // A native app's own scheme has no origin that a message could be addressed to.
    let native = [
        ("client_id", "0oamarketnative005d7"),
        ("redirect_uri", "com.example.market:/callback"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s-1"),
        MESSAGE,
    ];
    let arrived = location(&send(&mock, &native).await);
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("unsupported_response_mode"));
}
