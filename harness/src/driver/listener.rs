//! A small server at the redirect URI, so that a browser lands on a real page; elsewhere it takes what is posted to a
//! client and serves what a client publishes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{Html, IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::Url;

use crate::wire::authorization::{Callback, Delivery};

/// The element by which the browser driver knows that it has landed.
pub(super) const LANDING_MARK: &str = "#harness-landing";

/// The most that is read of a posted form.
const BODY_LIMIT: usize = 256 * 1024;

#[derive(Debug, Default)]
struct Mail {
    posted: Mutex<Vec<Callback>>,
    arrived: Notify,
}

/// A document that a client publishes.
#[derive(Clone, Debug)]
struct Document {
    kind: &'static str,
    body: String,
}

/// What is behind the routes.
#[derive(Debug, Default)]
struct Shared {
    mail: Mail,
    /// By path.
    served: Mutex<BTreeMap<String, Document>>,
}

/// A running listener; dropping it stops it.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Listener {
    /// Listens on that port of the loopback interface; 0 takes a free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared::default());
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // Ends only with the task.
            let _ = axum::serve(socket, routes).await;
        });
        Ok(Self { address, shared, server })
    }

    /// Where it listens.
    ///
    /// # Panics
    /// Never: a port is a port.
    #[must_use]
    pub fn base(&self) -> Option<Url> {
        Url::parse(&format!("http://localhost:{}/", self.address.port())).ok()
    }

    /// Serves a document of that content type at `path` from now on, in place of an earlier one.
    pub fn serve(&self, path: &str, kind: &'static str, body: String) {
        let mut served = self.shared.served.lock().unwrap_or_else(PoisonError::into_inner);
        served.insert(path.to_owned(), Document { kind, body });
    }

    /// What was posted with that `state`.
    pub(super) fn take_posted(&self, state: Option<&str>) -> Option<Callback> {
        let mut mail = self.shared.mail.posted.lock().unwrap_or_else(PoisonError::into_inner);
        let at = mail.iter().position(|callback| callback.get("state") == state)?;
        Some(mail.remove(at))
    }

    /// The next form that is posted without a `state`, if one comes within `patience`.
    pub async fn posted(&self, patience: Duration) -> Option<Callback> {
        let arrives = async {
            loop {
                // A permit is kept for whoever asks next, so nothing that arrives in between is missed.
                match self.take_posted(None) {
                    Some(form) => return form,
                    None => self.shared.mail.arrived.notified().await,
                }
            }
        };
        tokio::time::timeout(patience, arrives).await.ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let document = shared.served.lock().unwrap_or_else(PoisonError::into_inner).get(request.uri().path()).cloned();
    match document {
        Some(Document { kind, body }) => {
            ([("content-type", kind), ("cache-control", "no-store")], body).into_response()
        }
        None => land(&shared.mail, request).await.into_response(),
    }
}

async fn land(mail: &Mail, request: Request) -> impl IntoResponse {
    if request.method() == Method::POST
        && let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_LIMIT).await
    {
        let callback = Callback::parse(Delivery::FormPost, &String::from_utf8_lossy(&body));
        mail.posted.lock().unwrap_or_else(PoisonError::into_inner).push(callback);
        mail.arrived.notify_one();
    }
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Arrived</title>\
                <main id=\"harness-landing\"><h1>Arrived</h1><p>The harness has what it needs.</p></main></html>";
    ([("cache-control", "no-store"), ("content-security-policy", "default-src 'none'")], Html(page))
}
