//! The market with a clock that stands still, and more clients where a test needs them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use mock_idp::{BUILT_IN_ORG, MockIdp};
use reqwest::Client;
use serde_json::{Value, json};

use crate::client::plain;

/// A client that keeps neither cookies nor connections, made once: reading the system's certificates takes a while.
pub(crate) fn shared() -> Client {
    static CLIENT: LazyLock<Client> = LazyLock::new(plain);
    CLIENT.clone()
}

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
    let response = shared().post(format!("{}{path}", mock.url())).json(&body).send().await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
}

/// Everything that the journal says: each entry with its notes.
pub(crate) async fn journal(mock: &MockIdp) -> String {
    let get = async |path: &str| shared().get(format!("{}/_mock/requests{path}", mock.url())).send().await.unwrap();
    let entries: Vec<Value> = get("").await.json().await.unwrap();
    let mut said = String::new();
    for entry in entries {
        said += &get(&format!("/{}", entry["request_id"].as_str().unwrap())).await.text().await.unwrap();
    }
    said
}

/// A client of the service kind: credentials and key settings as given.
pub(crate) fn service(id: &str, credentials: &str, keys: &str) -> String {
    format!(
        "  - id: {id}\n    label: {id}\n    credentials: {{ oauthClient: {{ {credentials} }} }}\n    settings:\n      oauthClient:\n        \
         application_type: service\n        grant_types: [client_credentials]\n        response_types: [token]\n{keys}"
    )
}

/// What a [`key_server`] answers at the moment.
pub(crate) type Published = Arc<parking_lot::Mutex<(StatusCode, String)>>;

/// Somebody's server that answers every request with the status and body of the moment.
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
