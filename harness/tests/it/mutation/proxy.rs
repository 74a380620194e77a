//! A proxy between the mock and the harness that changes one thing in the responses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use harness::embedded::Mock;
use harness::issuer_target::Behavior;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::message::Message;
use super::signer::{RSA, Signer};

/// What is changed in a response.
pub(crate) type Mutation = Arc<dyn Fn(&mut Message<'_>) + Send + Sync>;

/// The path under which the proxy receives logout tokens for a client.
const POSTED: &str = "/_proxy/posted";

#[derive(Default)]
struct Current {
    mutation: Option<Mutation>,
    replaced: BTreeMap<String, String>,
    /// Where a client receives its logout tokens.
    posted_to: Option<String>,
}

struct Shared {
    mock: String,
    own: String,
    client: reqwest::Client,
    signer: Signer,
    /// What the proxy's RSA key is published for.
    algorithm: &'static str,
    current: Mutex<Current>,
}

/// A mock behind a proxy. Dropping it stops both.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    server: JoinHandle<()>,
    _mock: Mock,
}

impl Proxy {
    /// Starts a mock with that behavior.
    pub(crate) async fn start(behavior: Behavior) -> Self {
        let mock = Mock::start_as(behavior).await.expect("a mock");
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = format!("http://localhost:{}", socket.local_addr().expect("an address").port());
        let shared = Arc::new(Shared {
            mock: mock.base.as_str().trim_end_matches('/').to_owned(),
            own,
            client: client.build().expect("a client"),
            signer: Signer::new(),
            algorithm: if behavior == Behavior::Fapi2 { "PS256" } else { "RS256" },
            current: Mutex::default(),
        });
        let routes = Router::new().fallback(forward).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(socket, routes).await.expect("a server") });
        Self { shared, server, _mock: mock }
    }

    /// The URL of the org.
    pub(crate) fn base(&self) -> &str {
        &self.shared.own
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}/oauth2/default", self.shared.own)
    }

    /// Changes responses in this way from now on.
    pub(crate) fn set(&self, mutation: Option<Mutation>) {
        *self.shared.current.lock().unwrap_or_else(PoisonError::into_inner) =
            Current { mutation, ..Current::default() };
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let body = String::from_utf8_lossy(&body).into_owned();
    let path = parts.uri.path().to_owned();
    if path == POSTED {
        return deliver(&shared, parts.headers, body).await;
    }
    let (uri, headers, body) = translated(&shared, parts.uri.to_string(), parts.headers, body);
    let asked_headers = headers.clone();
    let asked = format!("{body}&{}", uri.split_once('?').map_or("", |(_, query)| query));
    let method = Method::from_bytes(parts.method.as_str().as_bytes()).expect("a method");
    let url = format!("{}{uri}", shared.mock);
    let mut request = shared.client.request(method.clone(), url).headers(headers);
    if method == Method::POST {
        // An empty body would otherwise be sent without a length.
        request = request.header(header::CONTENT_LENGTH, body.len());
    }
    let response = request.body(body).send().await.expect("a response");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.expect("a text");
    let asked = Asked { path, parameters: asked, headers: asked_headers };
    respond(&shared, asked, status, headers, body)
}

/// A request, as far as mutations look at it.
struct Asked {
    path: String,
    parameters: String,
    headers: HeaderMap,
}

/// The request as the mock would have received it without the proxy. The Host header is kept, so that the issuer is the
/// URL of the proxy.
fn translated(shared: &Shared, uri: String, headers: HeaderMap, body: String) -> (String, HeaderMap, String) {
    let mut current = shared.current.lock().unwrap_or_else(PoisonError::into_inner);
    let original = |text: &str| {
        current.replaced.iter().fold(text.to_owned(), |text, (signed, original)| text.replace(signed, original))
    };
    let (uri, mut body) = (original(&uri), original(&body));
    let headers = headers
        .iter()
        .filter(|(name, _)| *name != header::CONTENT_LENGTH && *name != header::TRANSFER_ENCODING)
        .map(|(name, value)| {
            let changed = value.to_str().ok().and_then(|text| original(text).parse().ok());
            (name.clone(), changed.unwrap_or_else(|| value.clone()))
        })
        .collect();
    if let Ok(mut members) = serde_json::from_str::<Value>(&body)
        && let Some(to) = members["backchannel_logout_uri"].as_str()
    {
        current.posted_to = Some(to.to_owned());
        members["backchannel_logout_uri"] = json!(format!("{}{POSTED}", shared.own));
        body = members.to_string();
    }
    (uri, headers, body)
}

/// Changes a response and sends it.
fn respond(shared: &Shared, asked: Asked, status: StatusCode, mut headers: HeaderMap, mut body: String) -> Response {
    let Asked { path, parameters: asked, headers: asked_headers } = asked;
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let mut current = shared.current.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(to) = &current.posted_to {
        body = body.replace(&format!("{}{POSTED}", shared.own), to);
    }
    if path.starts_with("/_mock") {
        return (status, headers, body).into_response();
    }
    let mutation = current.mutation.clone();
    let replaced = &mut current.replaced;
    let mut message = Message { path, asked, asked_headers, status, headers, body, signer: &shared.signer, replaced };
    let mut proxy_key = message.jwk(RSA);
    proxy_key["alg"] = json!(shared.algorithm);
    // Last, where Okta has its oldest key.
    message.keys(|keys| keys.push(proxy_key));
    if let Some(mutation) = mutation {
        mutation(&mut message);
    }
    (message.status, message.headers, message.body).into_response()
}

/// Changes a form that the mock posts to a client, and posts it to the client.
async fn deliver(shared: &Shared, headers: HeaderMap, body: String) -> Response {
    let (to, headers, body) = {
        let mut current = shared.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (mutation, to) = (current.mutation.clone(), current.posted_to.clone());
        let mut kept = HeaderMap::new();
        kept.extend(headers.get(header::CONTENT_TYPE).map(|kind| (header::CONTENT_TYPE, kind.clone())));
        let (path, asked, status) = (POSTED.to_owned(), String::new(), StatusCode::OK);
        let replaced = &mut current.replaced;
        let asked_headers = headers.clone();
        let signer = &shared.signer;
        let mut message = Message { path, asked, asked_headers, status, headers: kept, body, signer, replaced };
        if let Some(mutation) = mutation {
            mutation(&mut message);
        }
        (to.expect("a client"), message.headers, message.body)
    };
    let response = shared.client.post(to).headers(headers).body(body).send().await;
    response.map_or(StatusCode::BAD_GATEWAY, |response| response.status()).into_response()
}
