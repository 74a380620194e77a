//! Cross-origin requests: which origins may send them and read the responses, early errors included.

use mock_idp::MockIdp;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, browser};
use crate::market::post;

const ANYWHERE: &str = "https://anywhere.test";
const TRUSTED: &str = "http://localhost:3000";
const EXPOSED: &str =
    "DPoP-Nonce, WWW-Authenticate, X-Okta-Request-Id, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset";

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

/// Asserts that scripts of that origin may read the response and its exposed headers.
fn assert_readable(response: &Response, origin: &str, what: &str) {
    assert_eq!(header(response, "access-control-allow-origin"), Some(origin), "{what}");
    assert_eq!(header(response, "access-control-allow-credentials"), Some("true"), "{what}");
    assert_eq!(header(response, "access-control-expose-headers"), Some(EXPOSED), "{what}");
    assert_eq!(header(response, "vary"), Some("Origin"), "{what}");
}

async fn preflight(url: &str, origin: &str) -> Response {
    browser()
        .request(Method::OPTIONS, url)
        .header("origin", origin)
        .header("access-control-request-headers", "authorization,x-okta-user-agent-extended")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn any_origin_may_call_endpoints_without_cookies() {
    let mock = MockIdp::builder().start().await.unwrap();
    let custom = mock.issuer().strip_prefix(mock.url()).unwrap();
    for (path, methods) in [
        (format!("{custom}/v1/token"), "POST"),
        (format!("{custom}/v1/par"), "POST"),
        (format!("{custom}/v1/userinfo"), "GET, POST"),
        (format!("{custom}/v1/introspect"), "POST"),
        (format!("{custom}/v1/revoke"), "POST"),
        ("/oauth2/v1/device/authorize".to_owned(), "POST"),
        ("/oauth2/v1/keys".to_owned(), "GET"),
        ("/.well-known/openid-configuration".to_owned(), "GET"),
        (format!("/oauth2/v1/clients/{WEB}"), "GET"),
    ] {
        let response = preflight(&format!("{}{path}", mock.url()), ANYWHERE).await;
        assert_eq!(response.status(), 204, "{path}");
        assert_readable(&response, ANYWHERE, &path);
        assert_eq!(header(&response, "access-control-allow-methods"), Some(methods), "{path}");
        assert_eq!(header(&response, "access-control-max-age"), Some("3600"), "{path}");
        let asked = "authorization,x-okta-user-agent-extended";
        assert_eq!(header(&response, "access-control-allow-headers"), Some(asked), "{path}");
    }
}

#[tokio::test]
async fn any_origin_may_read_responses_and_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let at = |path: &str| format!("{}{path}", mock.url());
    let form = |path: &str, form: &[(&str, &str)]| {
        browser().post(at(path)).basic_auth(WEB, Some(WEB_SECRET)).form(form).header("origin", ANYWHERE)
    };
    let custom = "/oauth2/default/v1";
    let device = format!("{custom}/device/authorize");
    let long = "x".repeat(70_000);
    for (what, request, status) in [
        ("a token's worth", form(&format!("{custom}/introspect"), &[("token", "nonsense")]), 200),
        ("revocation", form(&format!("{custom}/revoke"), &[("token", "nonsense")]), 200),
        ("a device's refusal", form(&device, &[("scope", "openid")]), 400),
        ("no access token", browser().get(at(&format!("{custom}/userinfo"))).header("origin", ANYWHERE), 401),
        ("a client", browser().get(at("/oauth2/v1/clients/x")).header("origin", ANYWHERE), 403),
        ("an unknown server", form("/oauth2/nowhere/v1/token", &[("a", "b")]), 404),
        (
            "the document of an unknown server",
            browser().get(at("/oauth2/nowhere/.well-known/openid-configuration")).header("origin", ANYWHERE),
            404,
        ),
        (
            "the document for an unknown client",
            browser().get(at("/.well-known/openid-configuration?client_id=nobody")).header("origin", ANYWHERE),
            400,
        ),
        (
            "another media type",
            browser()
                .post(at(&format!("{custom}/introspect")))
                .header("origin", ANYWHERE)
                .json(&json!({ "token": "x" })),
            400,
        ),
        ("a body of no length", form(&format!("{custom}/token"), &[]), 411),
        ("too long a body", form(&format!("{custom}/token"), &[("code", &long)]), 413),
        ("another method", browser().put(at(&format!("{custom}/token"))).header("origin", ANYWHERE).body("x"), 405),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{what}");
        assert_readable(&response, ANYWHERE, what);
    }
    post(&mock, "/_mock/faults", json!({ "name": "http.status-500", "times": 1 })).await;
    let response = form(&format!("{custom}/token"), &[("a", "b")]).send().await.unwrap();
    assert_eq!(response.status(), 500);
    assert_readable(&response, ANYWHERE, "a fault");
}

#[tokio::test]
async fn only_trusted_origins_may_sign_users_in() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/api/v1/authn", mock.url());
    let sign_in = async |origin: &str, json: bool| {
        let request = browser().post(&url).header("origin", origin);
        let body = r#"{"username":"buyer@example.test","password":"Passw0rd!"}"#;
        let request = if json { request.header("content-type", "application/json") } else { request };
        request.body(body).send().await.unwrap()
    };
    let interact = format!("{}/v1/interact", mock.issuer());
    assert_readable(&preflight(&interact, TRUSTED).await, TRUSTED, "interact");
    assert_eq!(header(&preflight(&interact, ANYWHERE).await, "access-control-allow-origin"), None);
    for path in ["", "/cancel"] {
        let asked = preflight(&format!("{url}{path}"), TRUSTED).await;
        assert_eq!(asked.status(), 200);
        assert_readable(&asked, TRUSTED, "preflight");
        assert_eq!(header(&asked, "access-control-allow-methods"), Some("POST, OPTIONS"));
        assert_eq!(header(&asked, "access-control-max-age"), Some("3600"));
        let allowed = "authorization,x-okta-user-agent-extended,Content-Type";
        assert_eq!(header(&asked, "access-control-allow-headers"), Some(allowed));
    }
    for (json, status) in [(true, 200), (false, 400)] {
        let answer = sign_in(TRUSTED, json).await;
        assert_eq!(answer.status(), status);
        assert_readable(&answer, TRUSTED, "sign-in");
        assert_eq!(header(&answer, "access-control-allow-headers"), Some("Content-Type"));
        let answer = sign_in(ANYWHERE, json).await;
        assert_eq!(answer.status(), status, "the same answer");
        assert_eq!(header(&answer, "access-control-allow-origin"), None);
        assert_eq!(header(&answer, "vary"), Some("Origin"));
    }
    let body: Value = sign_in(TRUSTED, true).await.json().await.unwrap();
    assert_eq!(body["status"], "SUCCESS");
}

#[tokio::test]
async fn pages_and_other_management_operations_have_no_cors_headers() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in [
        "/oauth2/default/v1/authorize",
        "/oauth2/default/v1/logout",
        "/oauth2/v1/clients",
        "/api/v1/authorizationServers/default/credentials/keys",
        "/activate",
    ] {
        let request = browser().get(format!("{}{path}", mock.url())).header("origin", TRUSTED);
        let response = request.send().await.unwrap();
        assert_eq!(header(&response, "access-control-allow-origin"), None, "{path}");
        assert_eq!(header(&response, "vary"), None, "{path}");
    }
}

#[tokio::test]
async fn scripts_of_trusted_origins_can_read_that_an_api_path_is_unknown() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in ["/api/v1/users/me/nowhere", "/api/v1/sessions/me/nowhere", "/api/v2/nowhere", "/idp/idx/nowhere"] {
        let url = format!("{}{path}", mock.url());
        let ask = |origin: &'static str| {
            let request = browser().request(Method::OPTIONS, &url).header("origin", origin);
            request.header("access-control-request-method", "PUT").send()
        };
        let asked = ask(TRUSTED).await.unwrap();
        assert!(asked.status().is_success(), "{path}");
        assert_readable(&asked, TRUSTED, path);
        assert!(header(&asked, "access-control-allow-methods").unwrap().starts_with("PUT"), "{path}");
        assert_eq!(header(&ask(ANYWHERE).await.unwrap(), "access-control-allow-origin"), None, "{path}");
        let answer = browser().put(&url).header("origin", TRUSTED).body("{}").send().await.unwrap();
        assert_eq!(answer.status(), 404);
        assert_readable(&answer, TRUSTED, path);
    }
    let oauth = format!("{}/oauth2/default/v1/nowhere", mock.url());
    assert_readable(&preflight(&oauth, ANYWHERE).await, ANYWHERE, "an unknown OAuth path");
}
