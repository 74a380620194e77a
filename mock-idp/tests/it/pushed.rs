//! Pushed authorization requests: client authentication, errors, and single use.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, redeem};
use crate::jose::{Key, jwt};
use crate::market::{NOW, advance, journal, market, shared};

const SPA: &str = "0oamarketspa000005d7";
const PARTNER: (&str, &str) =
    ("0oamarketpartner05d7", "mock-secret-partner-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
const BUYER: &str = "buyer@example.test";

async fn push(mock: &MockIdp, client: (&str, &str), form: &[(&str, &str)]) -> Response {
    let url = format!("{}/v1/par", mock.issuer());
    shared().post(url).basic_auth(client.0, Some(client.1)).form(form).send().await.unwrap()
}

async fn name(response: Response) -> String {
    assert_eq!(response.status(), 200, "Okta: not 201");
    assert_eq!(response.headers()["content-type"], "application/json");
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    let name = body["request_uri"].as_str().unwrap().to_owned();
    assert_eq!(text, format!(r#"{{"request_uri":"{name}","expires_in":3600}}"#));
    name
}

/// Uses a `request_uri`. Returns the redirect to the client, or the page.
async fn follow(mock: &MockIdp, client_id: &str, name: &str) -> (u16, String) {
    let request = [("client_id", client_id), ("request_uri", name)];
    let url = format!("{}/v1/authorize", mock.issuer());
    let response = shared().get(url).header("accept", "text/html").query(&request).send().await.unwrap();
    let status = response.status().as_u16();
    (status, if status == 302 { location(&response) } else { response.text().await.unwrap() })
}

fn shown(answer: &(u16, String), status: u16, code: &str, text: &str) {
    assert_eq!(answer.0, status);
    let text = text.replace('\'', "&#39;");
    assert!(answer.1.contains(code) && answer.1.contains(&text), "{}", answer.1);
}

const BAD: &str = "The authorize request_uri is invalid.";

#[tokio::test]
async fn a_pushed_request_is_used_by_its_request_uri() {
    let mock = market().await;
    let form = code_request(WEB, "openid products:read");
    let name = name(push(&mock, (WEB, WEB_SECRET), &form).await).await;
    let tail = URL_SAFE_NO_PAD.decode(name.strip_prefix("urn:okta:").unwrap()).unwrap();
    assert!(tail.len() == 44 && tail.ends_with(b":"), "43 random characters and no identity provider: {name}");
    // RFC 9126 4: what else the browser brings along does not count.
    let request =
        [("client_id", WEB), ("request_uri", &name), ("state", "other"), ("redirect_uri", "http://evil.test/")];
    let arrived = authorize(&mock, &browser(), BUYER, &request).await;
    assert!(arrived.starts_with(CALLBACK), "{arrived}");
    assert_eq!(parameter(&arrived, "state").as_deref(), Some("s-1"));
    let body: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    assert_eq!(body["scope"], "openid products:read");
    // It is used up. The error goes to the redirect URI in the query, the only other parameter needed.
    shown(&follow(&mock, WEB, &name).await, 400, "invalid_request_uri", BAD);
    let request = [("client_id", WEB), ("request_uri", &name), ("redirect_uri", CALLBACK)];
    let again = shared().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    assert_eq!(parameter(&location(&again), "error").as_deref(), Some("invalid_request_uri"));
}

#[tokio::test]
async fn a_request_uri_is_valid_for_one_client_one_server_and_one_hour() {
    let mock = market().await;
    let form = code_request(WEB, "openid");
    let pushed = name(push(&mock, (WEB, WEB_SECRET), &form).await).await;
    let text = "The 'client_id' parameter does not match the expected value for the provided request_uri.";
    shown(&follow(&mock, PARTNER.0, &pushed).await, 401, "invalid_client", text);
    let url = format!("{}/oauth2/v1/authorize", mock.url());
    let request = shared().get(url).query(&[("client_id", WEB), ("request_uri", &pushed)]);
    let response = request.header("accept", "application/json").send().await.unwrap();
    assert_eq!(response.status(), 400);
    let elsewhere: Value = response.json().await.unwrap();
    assert_eq!(elsewhere["errorCode"], "invalid_request_uri");
    assert_eq!(elsewhere["errorSummary"], "The request_uri was issued for another authorization server.");
    // Neither has used it up.
    advance(&mock, 3599).await;
    assert_eq!(follow(&mock, WEB, &pushed).await.0, 200);

    let late = name(push(&mock, (WEB, WEB_SECRET), &form).await).await;
    advance(&mock, 3600).await;
    shown(&follow(&mock, WEB, &late).await, 400, "invalid_request_uri", BAD);
    shown(&follow(&mock, WEB, "urn:okta:nobody").await, 400, "invalid_request_uri", BAD);
    shown(&follow(&mock, WEB, "https://client.test/request.jwt").await, 400, "invalid_request_uri", BAD);
}

#[tokio::test]
async fn a_thousand_concurrent_uses_of_one_request_uri_succeed_once() {
    let mock = market().await;
    let mut form = code_request(WEB, "openid");
    form.push(("prompt", "none"));
    let name = name(push(&mock, (WEB, WEB_SECRET), &form).await).await;
    let (client, url) = (browser(), format!("{}/v1/authorize", mock.issuer()));
    let requests = (0..1000).map(|_| {
        let request = client.get(&url).query(&[("client_id", WEB), ("request_uri", &name)]);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut redirected = 0;
    for request in requests.collect::<Vec<_>>() {
        redirected += usize::from(request.await.unwrap() == 302);
    }
    assert_eq!(redirected, 1);
}

#[tokio::test]
async fn invalid_pushed_requests_are_json_errors() {
    let mock = market().await;
    let admin = format!(
        "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: {}/admin/app/oidc_client/instance/{WEB}#tab-general",
        mock.url().replacen("localhost", "localhost-admin", 1)
    );
    /// What is changed; status, `error` and `error_description`.
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        (&[("redirect_uri", "http://evil.test/")], 400, "invalid_request", &admin),
        (&[("redirect_uri", "")], 400, "invalid_request", &admin),
        (&[("state", "")], 400, "invalid_request", "The authentication request has an invalid 'state' parameter."),
        (
            &[("scope", "openid nobody:knows")],
            400,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        (
            &[("response_type", "magic")],
            400,
            "unsupported_response_type",
            "The response type is not supported by the authorization server. Configured response types: [code, token, id_token].",
        ),
        (
            &[("code_challenge", "x"), ("code_challenge_method", "S256")],
            400,
            "invalid_request",
            "PKCE code challenge contains illegal characters.",
        ),
        (
            &[("request_uri", "urn:okta:x")],
            400,
            "invalid_request",
            "The 'request_uri' parameter must not be present in the request.",
        ),
        (
            &[("state", "a"), ("state", "b")],
            400,
            "invalid_request",
            "The request contained multiple parameters with the same name.",
        ),
        (
            &[("client_id", PARTNER.0)],
            401,
            "invalid_client",
            "Client authentication failed. Either the client or the client credentials are invalid.",
        ),
        (
            &[("client_secret", WEB_SECRET)],
            401,
            "invalid_request",
            "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.",
        ),
        (&[("request", "x")], 400, "invalid_request_object", "The request object cannot be parsed."),
    ];
    for (changes, status, error, text) in cases {
        let mut form = code_request(WEB, "openid");
        form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        form.extend(*changes);
        let response = push(&mock, (WEB, WEB_SECRET), &form).await;
        assert_eq!(response.status(), *status, "{changes:?}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({"error": error, "error_description": text}), "{changes:?}");
    }
    let response = push(&mock, (WEB, "wrong"), &code_request(WEB, "openid")).await;
    assert_eq!(response.status(), 401);
    let response = push(&mock, ("0oanobody", "wrong"), &code_request(WEB, "openid")).await;
    assert_eq!(response.json::<Value>().await.unwrap()["errorCode"], "invalid_client");
    let service = ("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
    let response = push(&mock, service, &code_request(service.0, "openid")).await;
    let text = "Clients with 'application_type' of 'service' are not allowed to access the 'authorize' endpoint.";
    assert_eq!(response.json::<Value>().await.unwrap()["error_description"], text);
}

#[tokio::test]
async fn public_clients_and_browsers_can_push_requests() {
    let mock = market().await;
    let url = format!("{}/v1/par", mock.issuer());
    let origin = "https://anywhere.test";
    let response = shared().request(reqwest::Method::OPTIONS, &url).header("origin", origin).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), response.headers()["access-control-allow-origin"].as_bytes()),
        (204, origin.as_bytes())
    );
    assert_eq!(response.headers()["access-control-allow-methods"], "POST");
    let mut form = code_request(SPA, "openid");
    let refused = shared().post(&url).form(&form).send().await.unwrap();
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error_description"], "PKCE code challenge is required by the application.");
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    form.extend([("code_challenge", challenge), ("code_challenge_method", "S256")]);
    let taken = shared().post(&url).header("origin", origin).form(&form).send().await.unwrap();
    assert_eq!(taken.headers()["access-control-allow-origin"], origin);
    let name = name(taken).await;
    let arrived = authorize(&mock, &browser(), BUYER, &[("client_id", SPA), ("request_uri", &name)]).await;
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
}

#[tokio::test]
async fn a_pushed_request_with_an_assertion_needs_no_client_id() {
    let mock = market().await;
    let client = "0oamarketjwtsec005d7";
    let key = Key::Secret("mock-secret-jwtsec-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH".to_owned());
    let url = format!("{}/v1/par", mock.issuer());
    let claims = json!({"iss": client, "sub": client, "aud": url, "exp": NOW + 60, "jti": "canary-jti"});
    let assertion = jwt(&json!({"alg": "HS256"}), &claims, &key);
    let mut form = code_request(client, "openid");
    form.retain(|(name, _)| *name != "client_id");
    form.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    form.push(("client_assertion", &assertion));
    let name = name(shared().post(&url).form(&form).send().await.unwrap()).await;
    let arrived = authorize(&mock, &browser(), BUYER, &[("client_id", client), ("request_uri", &name)]).await;
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    let journal = journal(&mock).await;
    for secret in [name.as_str(), assertion.rsplit_once('.').unwrap().1, "canary-jti"] {
        assert!(!journal.contains(secret), "{journal}");
    }
}

#[tokio::test]
async fn a_pushed_resource_is_explained_as_ignored() {
    let mock = market().await;
    let mut form = code_request(WEB, "openid");
    form.push(("resource", "https://api.example.test"));
    name(push(&mock, (WEB, WEB_SECRET), &form).await).await;
    let explained = journal(&mock).await;
    assert!(explained.contains("`https://api.example.test` is ignored"), "{explained}");
}
