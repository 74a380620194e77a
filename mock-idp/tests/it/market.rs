//! The market with a clock that stands still, and more clients where a test needs them.

use mock_idp::{BUILT_IN_ORG, MockIdp};
use serde_json::{Value, json};

use crate::flow::browser;

/// The org's time in these tests.
pub(crate) const NOW: i64 = 1_800_000_000;

/// A mock of the market whose clock stands still, with more clients in it.
pub(crate) async fn market(apps: &str, reports: &str) -> MockIdp {
    let org = BUILT_IN_ORG.replacen("\nauthorizationServers:", &format!("{apps}\nauthorizationServers:"), 1).replacen(
        "0oamarketkeyjwt005d7] }",
        &format!("0oamarketkeyjwt005d7{reports}] }}"),
        1,
    );
    let mock = MockIdp::builder().org_yaml(&org).start().await.unwrap();
    stop_clock(&mock).await;
    mock
}

/// Sets the clock to [`NOW`], where it stays.
pub(crate) async fn stop_clock(mock: &MockIdp) {
    post(mock, "/_mock/clock", json!({"set": "2027-01-15T08:00:00Z"})).await;
    post(mock, "/_mock/clock", json!({"freeze": true})).await;
}

/// Moves the clock forward.
pub(crate) async fn advance(mock: &MockIdp, seconds: i64) {
    post(mock, "/_mock/clock", json!({"advance": seconds})).await;
}

/// Tells the control API something.
pub(crate) async fn post(mock: &MockIdp, path: &str, body: Value) {
    let response = browser().post(format!("{}{path}", mock.url())).json(&body).send().await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
}

/// What the journal says.
pub(crate) async fn journal(mock: &MockIdp) -> String {
    let response = browser().get(format!("{}/_mock/requests", mock.url())).send().await.unwrap();
    response.text().await.unwrap()
}

/// A client of the service kind: credentials and key settings as given.
pub(crate) fn service(id: &str, credentials: &str, keys: &str) -> String {
    format!(
        "  - id: {id}\n    label: {id}\n    credentials: {{ oauthClient: {{ {credentials} }} }}\n    settings:\n      oauthClient:\n        \
         application_type: service\n        grant_types: [client_credentials]\n        response_types: [token]\n{keys}"
    )
}
