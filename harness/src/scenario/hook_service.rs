//! A service that an issuer calls as an inline hook.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The largest request that is read.
const BODY_LIMIT: usize = 256 * 1024;

/// A call that the service has received.
#[derive(Clone, Debug)]
pub(super) struct HookRequest {
    pub(super) authorization: String,
    pub(super) body: Value,
}

#[derive(Debug)]
struct Shared {
    status: StatusCode,
    answer: String,
    received: Mutex<Vec<HookRequest>>,
}

/// A running service that answers every call in the same way. Dropping it stops it.
#[derive(Debug)]
pub(super) struct HookService {
    pub(super) url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl HookService {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port is free.
    pub(super) async fn start(status: StatusCode, answer: &Value) -> std::io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://127.0.0.1:{}/hook", socket.local_addr()?.port());
        let shared = Arc::new(Shared { status, answer: answer.to_string(), received: Mutex::default() });
        let routes = Router::new().fallback(respond).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // Ends only with the task.
            let _ = axum::serve(socket, routes).await;
        });
        Ok(Self { url, shared, server })
    }

    /// The calls so far.
    pub(super) fn received(&self) -> Vec<HookRequest> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for HookService {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn respond(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let authorization = header.unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(request.into_body(), BODY_LIMIT).await.unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let received = HookRequest { authorization, body };
    shared.received.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    (shared.status, [("content-type", "application/json")], shared.answer.clone()).into_response()
}
