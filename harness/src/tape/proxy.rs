//! A proxy that forwards requests to a target and writes them to a tape.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use super::entry::{RawRequest, TapeLine};
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::wire::{self, Http, Reply, WireError};

/// The largest request, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Headers about a connection, which are not forwarded. RFC 9110 7.6.1. Compressed answers could not be scrubbed.
const OF_CONNECTION: [HeaderName; 5] = [CONNECTION, HOST, CONTENT_LENGTH, TRANSFER_ENCODING, ACCEPT_ENCODING];

/// Why a recording does not start.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot listen on {address}: {source}")]
    Address { address: SocketAddr, source: io::Error },
    #[error("{0}")]
    Client(#[from] WireError),
}

/// A proxy that is running. Dropping it ends it.
#[derive(Debug)]
pub struct Recording {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    /// Without a slash at the end.
    target: String,
    proxy: String,
    http: Http,
    scrubber: Scrubber,
    file: Mutex<File>,
    lines: AtomicUsize,
}

impl Recording {
    /// Starts a proxy for a target. `ca_pem` are authorities to trust besides those of the system. The tape must not exist.
    ///
    /// # Errors
    /// The file exists, or the address is taken.
    pub async fn start(
        target: &Url,
        tape: &Path,
        listen: SocketAddr,
        ca_pem: Option<&str>,
    ) -> Result<Self, RecordingError> {
        let scrubber = Scrubber::default();
        let http = Http::new(ca_pem, Recorder::new(scrubber.child()))?;
        let file = OpenOptions::new().append(true).create_new(true).open(tape);
        let file = file.map_err(|source| RecordingError::File { path: tape.to_owned(), source })?;
        let failed = |source| RecordingError::Address { address: listen, source };
        let socket = TcpListener::bind(listen).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            target: target.as_str().trim_end_matches('/').to_owned(),
            proxy: format!("http://{address}"),
            http,
            scrubber,
            file: Mutex::new(file),
            lines: AtomicUsize::new(0),
        });
        let routes = Router::new().fallback(forward).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // Ends only with the task.
            let _ = axum::serve(socket, routes).await;
        });
        Ok(Self { address, shared, server })
    }

    /// The base URL of the proxy.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests are on the tape.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.shared.lines.load(Ordering::Acquire)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match shared.forward(request).await {
        Ok(response) => response,
        Err(reason) => (StatusCode::BAD_GATEWAY, format!("harness record: {reason}\n")).into_response(),
    }
}

impl Shared {
    async fn forward(&self, request: Request) -> Result<Response, String> {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|error| error.to_string())?;
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = Url::parse(&format!("{}{path}", self.target)).map_err(|error| error.to_string())?;
        // What clients send back are URLs of the proxy.
        let body = String::from_utf8_lossy(&body).replace(&self.proxy, &self.target);
        let mut headers = HeaderMap::new();
        for (name, value) in head.headers.iter().filter(|(name, _)| !OF_CONNECTION.contains(name)) {
            headers.append(name.clone(), value.clone());
        }
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let sent = if body.is_empty() { wire::Body::None } else { wire::Body::Text(body.clone()) };
        let forwarded = wire::Request { method: head.method.clone(), url, headers, body: sent };
        // Each request has a recorder of its own: nothing is kept.
        let http = self.http.recorded_by(Recorder::new(self.scrubber.child()));
        let reply = http.send(forwarded).await.map_err(|error| error.to_string())?;
        let request = RawRequest { method: head.method.as_str(), path, media_type: &media_type, body: &body };
        self.write(&TapeLine::scrubbed(request, &reply, &self.target, &self.scrubber))?;
        self.response(&reply)
    }

    fn write(&self, line: &TapeLine) -> Result<(), String> {
        let text = serde_json::to_string(line).map_err(|error| error.to_string())? + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(text.as_bytes()).map_err(|error| format!("the tape cannot be written: {error}"))?;
        self.lines.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// The answer with the proxy in the place of the target, so that clients stay with the proxy.
    fn response(&self, reply: &Reply) -> Result<Response, String> {
        let mut response = Response::new(Body::from(reply.body.replace(&self.target, &self.proxy)));
        *response.status_mut() = StatusCode::from_u16(reply.status).map_err(|error| error.to_string())?;
        for (name, value) in reply.headers.iter().filter(|(name, _)| !OF_CONNECTION.contains(name)) {
            let value = String::from_utf8_lossy(value.as_bytes()).replace(&self.target, &self.proxy);
            response
                .headers_mut()
                .append(name.clone(), HeaderValue::from_str(&value).map_err(|error| error.to_string())?);
        }
        Ok(response)
    }
}
