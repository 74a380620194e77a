//! Rate limits: counted by default, enforced if the org document says so.

use mock_idp::MockIdp;
use mock_idp_core::org::RateLimits;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::client;
use crate::org::TestOrg;
use crate::refusals::{token, token_error};

const LEGACY: &str = "0oamarketlegacy005d7";
const LEGACY_SECRET: &str = "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";

/// Okta: the limit of a client on /authorize.
const LIMIT: usize = 60;

async fn enforced() -> MockIdp {
    TestOrg::market().edit(|document| document.settings.rate_limits = RateLimits::Enforced).start().await
}

async fn authorize(mock: &MockIdp) -> Response {
    client::plain().get(format!("{}/v1/authorize", mock.issuer())).send().await.unwrap()
}

async fn control(mock: &MockIdp, path: &str, body: Value) {
    let response = client::plain().post(format!("{}/_mock/{path}", mock.url())).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn requests_beyond_the_limit_are_answered_by_default() {
    let mock = MockIdp::builder().start().await.unwrap();
    for _ in 0..=LIMIT {
        let response = authorize(&mock).await;
        assert_eq!(response.status(), 400);
        assert_ne!(header(&response, "x-rate-limit-remaining"), "0");
    }
}

#[tokio::test]
async fn an_enforced_limit_refuses_with_oktas_error_until_the_window_ends() {
    let mock = enforced().await;
    control(&mock, "clock", json!({ "set": "2026-01-31T12:00:00Z", "freeze": true })).await;
    for number in 1..=LIMIT {
        let response = authorize(&mock).await;
        assert_eq!(response.status(), 400, "{number}");
        assert_eq!(header(&response, "x-rate-limit-remaining"), (LIMIT - number).to_string());
    }
    let refused = authorize(&mock).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(header(&refused, "x-rate-limit-limit"), "60");
    assert_eq!(header(&refused, "x-rate-limit-remaining"), "0");
    // 2026-01-31T12:01:00Z, by the org's clock.
    assert_eq!(header(&refused, "x-rate-limit-reset"), "1769860860");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errorCode"], "E0000047");
    assert_eq!(body["errorSummary"], "API call exceeded rate limit due to too many requests.");

    // Other classes, and endpoints without a limit, are not affected.
    let introspect = client::plain().post(format!("{}/v1/introspect", mock.issuer())).form(&[("token", "a")]);
    assert_eq!(introspect.send().await.unwrap().status(), 401);
    let keys = client::plain().get(format!("{}/v1/keys", mock.issuer())).send().await.unwrap();
    assert_eq!(keys.status(), 200);

    control(&mock, "clock", json!({ "advance": 60 })).await;
    assert_eq!(authorize(&mock).await.status(), 400, "in the next window");
}

/// Requests that Okta counts together.
struct Counted {
    /// The row of docs/bounds.md.
    documented: &'static str,
    limit: usize,
    /// A request, and another one of the same window: method and path.
    request: (Method, &'static str),
    other: (Method, &'static str),
}

const fn counted(
    documented: &'static str,
    limit: usize,
    request: (Method, &'static str),
    other: (Method, &'static str),
) -> Counted {
    Counted { documented, limit, request, other }
}

const SHARED: &str =
    "| `/api/v1/authn`; `/idp` (IDX), `/login` and the pages of recovery together; management | 600 each |";

const COUNTED: [Counted; 6] = [
    counted("| token | 150 |", 150, (Method::POST, "/oauth2/default/v1/token"), (Method::POST, "/oauth2/v1/token")),
    counted(
        "| authorize | 60 |",
        60,
        (Method::GET, "/oauth2/default/v1/authorize"),
        (Method::POST, "/oauth2/v1/authorize"),
    ),
    counted(
        "| other OAuth endpoints | 1,200 |",
        1_200,
        (Method::POST, "/oauth2/default/v1/introspect"),
        (Method::GET, "/oauth2/v1/userinfo"),
    ),
    counted(SHARED, 600, (Method::POST, "/api/v1/authn"), (Method::POST, "/api/v1/authn/factors/none/verify")),
    counted(SHARED, 600, (Method::POST, "/idp/idx/introspect"), (Method::GET, "/signin/forgot-password")),
    counted(SHARED, 600, (Method::GET, "/api/v1/users"), (Method::DELETE, "/api/v1/zones/none")),
];

async fn send(client: &reqwest::Client, mock: &MockIdp, (method, path): (Method, &str)) -> Response {
    let request = client.request(method.clone(), format!("{}{path}", mock.url()));
    let request = if method == Method::POST { request.form(&[("a", "b")]) } else { request };
    request.send().await.unwrap()
}

/// Each class has its own window: those before it are used up when it is counted.
#[tokio::test]
async fn requests_of_each_class_are_refused_beyond_their_limit() {
    let page = include_str!("../../../docs/bounds.md");
    let mock = enforced().await;
    control(&mock, "clock", json!({ "set": "2026-01-31T12:00:00Z", "freeze": true })).await;
    let kept = client::direct().build().unwrap();
    for Counted { documented, limit, request, other } in COUNTED {
        assert!(page.contains(documented), "{documented}");
        for number in 1..=limit {
            let response = send(&kept, &mock, request.clone()).await;
            assert_ne!(response.status(), 429, "{request:?} {number}");
            assert_eq!(header(&response, "x-rate-limit-limit"), limit.to_string(), "{request:?}");
            assert_eq!(header(&response, "x-rate-limit-remaining"), (limit - number).to_string(), "{request:?}");
        }
        for request in [request, other] {
            let refused = send(&kept, &mock, request.clone()).await;
            assert_eq!(refused.status(), 429, "{request:?}");
            assert_eq!(header(&refused, "x-rate-limit-limit"), limit.to_string(), "{request:?}");
            assert_eq!(header(&refused, "x-rate-limit-remaining"), "0", "{request:?}");
            assert_eq!(header(&refused, "x-rate-limit-reset"), "1769860860", "{request:?}");
            let mut envelope: Value = refused.json().await.unwrap();
            assert_ne!(envelope["errorId"].take(), Value::Null, "{request:?}");
            assert_eq!(
                envelope,
                json!({
                    "errorCode": "E0000047",
                    "errorSummary": "API call exceeded rate limit due to too many requests.",
                    "errorLink": "E0000047",
                    "errorId": null,
                    "errorCauses": [],
                }),
                "{request:?}"
            );
        }
    }
    for (method, path, status) in [
        (Method::GET, "/oauth2/default/v1/keys", 200),
        (Method::GET, "/oauth2/default/.well-known/openid-configuration", 200),
        (Method::POST, "/signin/identify", 400),
    ] {
        let unlimited = send(&kept, &mock, (method, path)).await;
        assert_eq!(unlimited.status(), status, "{path}");
        assert!(!unlimited.headers().contains_key("x-rate-limit-limit"), "{path}");
    }
}

#[tokio::test]
async fn a_reset_begins_new_windows() {
    let mock = enforced().await;
    for _ in 0..=LIMIT {
        authorize(&mock).await;
    }
    control(&mock, "reset", json!({})).await;
    assert_eq!(authorize(&mock).await.status(), 400);
}

#[tokio::test]
async fn a_fifth_sign_in_of_a_user_in_a_second_is_refused_where_limits_are_enforced() {
    let buyer = "buyer@example.test";
    let with_authn = async |mock: &MockIdp, login: &str| {
        let body = json!({ "username": login, "password": "Passw0rd!" });
        client::plain().post(format!("{}/api/v1/authn", mock.url())).json(&body).send().await.unwrap()
    };
    let with_token = async |mock: &MockIdp, login: &str| {
        let form = [("grant_type", "password"), ("username", login), ("password", "Passw0rd!"), ("scope", "openid")];
        token(mock, "/oauth2/default", Some((LEGACY, LEGACY_SECRET)), &form).await
    };
    let mock = enforced().await;
    control(&mock, "clock", json!({ "set": "2026-01-31T12:00:00Z", "freeze": true })).await;
    for _ in 0..2 {
        assert_eq!(with_authn(&mock, buyer).await.status(), 200);
        assert_eq!(with_token(&mock, buyer).await.status(), 200);
    }
    let refused = with_authn(&mock, "Buyer@example.test").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.json::<Value>().await.unwrap()["errorCode"], "E0000047");
    let refused = token_error(with_token(&mock, buyer).await).await;
    let text = "API call exceeded rate limit due to too many requests.";
    assert_eq!(refused, (429, "invalid_grant".to_owned(), text.to_owned()));

    assert_eq!(with_token(&mock, "admin@example.test").await.status(), 200);
    control(&mock, "clock", json!({ "advance": 1 })).await;
    assert_eq!(with_token(&mock, buyer).await.status(), 200);

    let counted = MockIdp::builder().start().await.unwrap();
    control(&counted, "clock", json!({ "freeze": true })).await;
    for _ in 0..6 {
        assert_eq!(with_token(&counted, buyer).await.status(), 200);
    }
}
