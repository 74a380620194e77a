//! A server at the redirect URI for browsers. It also receives forms for clients and serves their documents.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::{Url, form_urlencoded};

use crate::wire::authorization::Callback;

/// The selector of the page at the redirect URI.
pub(super) const LANDING_MARK: &str = "#harness-landing";

/// Clients load frames of their providers.
const LANDING_POLICY: &str = "default-src 'none'; frame-src http: https:";

/// The largest accepted form.
const BODY_LIMIT: usize = 256 * 1024;

/// The received forms.
#[derive(Debug, Default)]
struct PostedForms {
    received: Mutex<Vec<Callback>>,
    arrived: Notify,
}

/// A document that a client publishes.
#[derive(Clone, Debug)]
struct Document {
    kind: &'static str,
    body: String,
}

/// The state of the server.
#[derive(Debug, Default)]
struct Shared {
    forms: PostedForms,
    /// By path.
    served: Mutex<BTreeMap<String, Document>>,
}

/// A running listener. Dropping it stops the server.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Listener {
    /// Listens on a port of the loopback interface. Port 0 is a free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared::default());
        let routes = Router::new().fallback(respond).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // Ends only with the task.
            let _ = axum::serve(socket, routes).await;
        });
        Ok(Self { address, shared, server })
    }

    /// The base URL.
    #[must_use]
    pub fn base(&self) -> Option<Url> {
        Url::parse(&format!("http://localhost:{}/", self.address.port())).ok()
    }

    /// Serves a document at `path`.
    pub fn serve(&self, path: &str, kind: &'static str, body: String) {
        let mut served = self.shared.served.lock().unwrap_or_else(PoisonError::into_inner);
        served.insert(path.to_owned(), Document { kind, body });
    }

    /// Takes the form that was posted with this `state`.
    pub(super) fn take_posted(&self, state: Option<&str>) -> Option<Callback> {
        let mut forms = self.shared.forms.received.lock().unwrap_or_else(PoisonError::into_inner);
        let index = forms.iter().position(|callback| callback.get("state") == state)?;
        Some(forms.remove(index))
    }

    /// The next form without a `state`, if one arrives before the timeout.
    pub async fn posted(&self, timeout: Duration) -> Option<Callback> {
        let arrives = async {
            loop {
                // `notify_one` stores a permit, so a form that arrives in between is not missed.
                match self.take_posted(None) {
                    Some(form) => return form,
                    None => self.shared.forms.arrived.notified().await,
                }
            }
        };
        tokio::time::timeout(timeout, arrives).await.ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn respond(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let document = shared.served.lock().unwrap_or_else(PoisonError::into_inner).get(request.uri().path()).cloned();
    match document {
        Some(Document { kind, body }) => {
            ([("content-type", kind), ("cache-control", "no-store")], body).into_response()
        }
        None => receive(&shared.forms, request).await.into_response(),
    }
}

async fn receive(forms: &PostedForms, request: Request) -> impl IntoResponse {
    let url = Url::parse("http://localhost/").and_then(|base| base.join(&request.uri().to_string()));
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.to_owned();
    if request.method() == Method::POST
        && let Ok(url) = url
        && let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_LIMIT).await
    {
        let params = form_urlencoded::parse(&body).into_owned().collect();
        let callback = Callback::posted(&url, params, &media_type);
        forms.received.lock().unwrap_or_else(PoisonError::into_inner).push(callback);
        forms.arrived.notify_one();
    }
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Arrived</title>\
                <main id=\"harness-landing\"><h1>Arrived</h1><p>The harness has received the response.</p></main></html>";
    ([("cache-control", "no-store"), ("content-security-policy", LANDING_POLICY)], Html(page))
}
