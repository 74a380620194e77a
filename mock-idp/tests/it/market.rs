//! The market with a stopped clock and, where a test needs them, more apps.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use mock_idp::MockIdp;
use mock_idp_core::model::App;
use reqwest::Client;
use serde_json::{Value, json};

use crate::client::plain;
use crate::org::TestOrg;

/// A client that keeps neither cookies nor connections. It is created once, because reading the system's certificates is slow.
pub(crate) fn shared() -> Client {
    static CLIENT: LazyLock<Client> = LazyLock::new(plain);
    CLIENT.clone()
}

/// The org's time in these tests.
pub(crate) const NOW: i64 = 1_800_000_000;

/// A mock of the market whose clock is stopped.
pub(crate) async fn market() -> MockIdp {
    stopped(&TestOrg::market()).await
}

/// The same with more apps. The policy `Reports` applies to those with an id in `reports`.
pub(crate) async fn market_with(apps: impl IntoIterator<Item = App>, reports: &[&str]) -> MockIdp {
    let mut org = TestOrg::market().with_apps(apps);
    if !reports.is_empty() {
        let more = reports.iter().map(|id| (*id).to_owned());
        org = org.policy("00preports00000005d7", |policy| policy.conditions.clients.include.extend(more));
    }
    stopped(&org).await
}

/// A mock of this org whose clock is stopped.
pub(crate) async fn stopped(org: &TestOrg) -> MockIdp {
    let mock = org.start().await;
    stop_clock(&mock).await;
    mock
}

/// Sets the clock to [`NOW`] and stops it.
pub(crate) async fn stop_clock(mock: &MockIdp) {
    post(mock, "/_mock/clock", json!({"set": "2027-01-15T08:00:00Z"})).await;
    post(mock, "/_mock/clock", json!({"freeze": true})).await;
}

/// Moves the clock forward.
pub(crate) async fn advance(mock: &MockIdp, seconds: i64) {
    post(mock, "/_mock/clock", json!({"advance": seconds})).await;
}

/// Sends a request to the control API.
pub(crate) async fn post(mock: &MockIdp, path: &str, body: Value) {
    let response = shared().post(format!("{}{path}", mock.url())).json(&body).send().await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
}

/// The whole journal: each entry with its notes.
pub(crate) async fn journal(mock: &MockIdp) -> String {
    let get = async |path: &str| shared().get(format!("{}/_mock/requests{path}", mock.url())).send().await.unwrap();
    let entries: Vec<Value> = get("").await.json().await.unwrap();
    let mut said = String::new();
    for entry in entries {
        said += &get(&format!("/{}", entry["request_id"].as_str().unwrap())).await.text().await.unwrap();
    }
    said
}

/// What a [`key_server`] answers.
pub(crate) type Published = Arc<parking_lot::Mutex<(StatusCode, String)>>;

/// A server of public keys. Returns its URL, its current answer, and the number of requests.
pub(crate) async fn key_server() -> (String, Published, Arc<AtomicUsize>) {
    let answer = Arc::new(parking_lot::Mutex::new((StatusCode::OK, String::new())));
    let asked = Arc::new(AtomicUsize::new(0));
    let state = (Arc::clone(&answer), Arc::clone(&asked));
    let handler = async move || {
        state.1.fetch_add(1, Ordering::SeqCst);
        state.0.lock().clone()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/keys", get(handler))).await });
    (format!("http://{address}/keys"), answer, asked)
}
