//! Rate limits: counted by default, enforced if the org document says so.

use mock_idp::MockIdp;
use mock_idp_core::org::RateLimits;
use reqwest::Response;
use serde_json::{Value, json};

use crate::client;
use crate::org::TestOrg;

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

#[tokio::test]
async fn a_reset_begins_new_windows() {
    let mock = enforced().await;
    for _ in 0..=LIMIT {
        authorize(&mock).await;
    }
    control(&mock, "reset", json!({})).await;
    assert_eq!(authorize(&mock).await.status(), 400);
}
