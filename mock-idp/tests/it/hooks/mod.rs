//! Hooks and the System Log, with real servers as the targets of hooks.

mod events;
mod log;
mod token;
mod token_events;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode};
use mock_idp::MockIdp;
use mock_idp_core::model::{DirectoryKind, DirectoryObject, InlineHook};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::org::{TestOrg, model};

/// The API token of the market.
const TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";
const HOOK: &str = "calloyalty00000005d7";
/// The rule "Everyone" of the policy "Market apps".
const RULE: (&str, &str) = ("00pmarketapps00005d7", "0preveryone0000005d7");

/// What a hook got.
#[derive(Debug)]
struct HookCall {
    method: Method,
    headers: HeaderMap,
    /// Null if there is none.
    body: Value,
}

impl HookCall {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What a hook answers.
#[derive(Clone, Debug)]
enum HookReply {
    Json(u16, Value),
    Text(u16, String),
    /// The challenge of a verification.
    Verification,
    /// It never answers.
    Silence,
}

/// The target of a hook: reports its calls, and answers all alike.
struct HookServer {
    url: String,
    calls: mpsc::UnboundedReceiver<HookCall>,
    reply: Arc<Mutex<HookReply>>,
}

type Shared = (mpsc::UnboundedSender<HookCall>, Arc<Mutex<HookReply>>);

impl HookServer {
    async fn start(reply: HookReply) -> Self {
        let (sender, calls) = mpsc::unbounded_channel();
        let reply = Arc::new(Mutex::new(reply));
        let shared: Shared = (sender, Arc::clone(&reply));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
        let app = Router::new().fallback(answer).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, calls, reply }
    }

    async fn next(&mut self) -> HookCall {
        self.calls.recv().await.unwrap()
    }

    fn answer_with(&self, reply: HookReply) {
        *self.reply.lock() = reply;
    }
}

async fn answer(State((sender, reply)): State<Shared>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let challenge = headers.get("x-okta-verification-challenge").map(|value| value.to_str().unwrap().to_owned());
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap_or_default() };
    sender.send(HookCall { method, headers, body }).unwrap();
    let reply = reply.lock().clone();
    let status = |status| StatusCode::from_u16(status).unwrap();
    match reply {
        HookReply::Json(code, body) => (status(code), axum::Json(body)).into_response(),
        HookReply::Text(code, body) => (status(code), body).into_response(),
        HookReply::Verification => axum::Json(json!({ "verification": challenge })).into_response(),
        HookReply::Silence => std::future::pending().await,
    }
}

/// The market, with a token inline hook at that address in all its policy rules.
fn hooked(uri: &str) -> TestOrg {
    let hook: DirectoryObject = model(json!({
        "id": HOOK, "status": "ACTIVE", "name": "Loyalty", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": uri, "method": "POST", "headers": [{ "key": "x-team", "value": "market" }],
            "authScheme": { "type": "HEADER", "key": "authorization", "value": "s3cret" },
        } },
    }));
    TestOrg::market()
        .edit(|document| document.directory.entry(DirectoryKind::InlineHook).or_default().push(hook))
        .server(|server| {
            for rule in server.policies.iter_mut().flatten().flat_map(|policy| &mut policy.rules) {
                rule.actions.token.inline_hook = Some(InlineHook { id: HOOK.to_owned() });
            }
        })
}

/// The events of the System Log that a filter selects.
async fn events(mock: &MockIdp, filter: &str) -> Vec<Value> {
    let request = crate::client::plain().get(format!("{}/api/v1/logs", mock.url()));
    let request = request.query(&[("filter", filter)]).header("authorization", format!("SSWS {TOKEN}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200, "{filter}");
    response.json().await.unwrap()
}

/// The types of events, in order.
fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["eventType"].as_str().unwrap()).collect()
}
