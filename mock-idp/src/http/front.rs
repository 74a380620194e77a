//! The front of the server: what happens to every request, in this order.
//!
//! 1. It gets an id. 2. It is addressed to an org, under one of our names, or refused. 3. The control API is served
//!    outside everything that follows. 4. Bodies without or beyond measure are refused. 5. A transport fault may strike.
//! 6. The endpoint answers; should it panic, Okta's envelope does. 7. Okta's headers are filled in, and those that let scripts
//!    of other origins read the answer. 8. Journal and log.
//!
//! One hand-written service instead of a stack of layers: nearly all of a discovery request is spent here.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderValue, Request, header};
use tower::Service;

use crate::engine::Server;
use crate::http::layers::access_log::Pending;
use crate::http::layers::address::{LastAddress, Resolved, Resolver};
use crate::http::layers::request_id::{self, RequestId};
use crate::http::layers::transport_faults::{self, Struck};
use crate::http::layers::{cors, limits, okta_headers, trailing_slash};
use crate::http::respond::api_error::ApiError;
use crate::settings::Settings;

/// Serves a connection. Cheap to clone, for every request.
#[derive(Clone, Debug)]
pub struct Front {
    shared: Arc<Shared>,
    connection: Arc<ConnectionState>,
}

#[derive(Debug)]
struct Shared {
    resolver: Resolver,
    okta: Router,
    control: Router,
    log_requests: bool,
}

/// What the front knows of a connection.
#[derive(Debug, Default)]
struct ConnectionState {
    secure: bool,
    last_address: LastAddress,
    /// Set when the connection shall end in a reset instead of an orderly close.
    reset: Arc<AtomicBool>,
}

/// The request gets no answer: its connection is reset.
#[derive(Debug, thiserror::Error)]
#[error("connection reset on purpose")]
pub struct ConnectionReset;

impl Front {
    pub(crate) fn new(server: Arc<Server>, settings: Arc<Settings>, okta: Router, control: Router) -> Self {
        let log_requests = settings.log_requests;
        let resolver = Resolver::new(server, settings);
        Self {
            shared: Arc::new(Shared { resolver, okta, control, log_requests }),
            connection: Arc::new(ConnectionState::default()),
        }
    }

    /// The front for one connection. `reset` is set when the connection shall be reset.
    pub(crate) fn for_connection(&self, secure: bool, reset: Arc<AtomicBool>) -> Self {
        let connection = Arc::new(ConnectionState { secure, last_address: LastAddress::default(), reset });
        Self { shared: Arc::clone(&self.shared), connection }
    }
}

impl Front {
    /// Answers one request of this connection.
    ///
    /// # Errors
    /// The request gets no answer, the connection shall be reset.
    pub(crate) fn answer<B>(
        &self,
        request: Request<B>,
    ) -> impl Future<Output = Result<Response, ConnectionReset>> + Send + use<B>
    where
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let Self { shared, connection } = self.clone();
        // Most requests have no body: an empty one costs no allocation.
        let request = request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        async move { shared.answer(&connection, request).await }
    }
}

impl Shared {
    async fn answer(
        &self,
        connection: &ConnectionState,
        mut request: Request<Body>,
    ) -> Result<Response, ConnectionReset> {
        let started = Instant::now();
        let request_id = RequestId::random();
        let id_header = request_id.header_value();

        let mut uri = std::mem::take(request.uri_mut());
        let resolved = self.resolver.resolve(&mut uri, request.headers(), connection.secure, &connection.last_address);
        let uri = trailing_slash::strip(uri);
        let path = uri.path().to_owned();
        *request.uri_mut() = uri;
        let method = request.method().clone();
        let pending = Pending { started, request_id, method, path };

        let Resolved { address, windows } = match resolved {
            Ok(resolved) => resolved,
            Err(misaddressed) => {
                let reason = misaddressed.reason().to_owned();
                let response = with_id(misaddressed.into_response(), id_header);
                if self.log_requests {
                    pending.misaddressed(response.status(), &reason);
                }
                return Ok(response);
            }
        };

        if is_control(&pending.path) {
            request.extensions_mut().insert(address);
            let response = call(&self.control, request).await;
            return Ok(with_id(response, id_header));
        }

        let readers = cors::Readers::of(&pending.method, &pending.path);
        let origin = readers.and_then(|_| cors::origin(request.headers()).cloned());
        request.extensions_mut().insert(address.clone());
        request.extensions_mut().insert(pending.request_id.clone());
        let answered = match limits::check(&mut request) {
            Some(refusal) => Ok(refusal),
            None => match address.org.faults.take_transport(&pending.path) {
                None => Ok(call(&self.okta, request).await),
                Some(fault) => match transport_faults::strike(fault, &pending.path, address.org.clock.now()).await {
                    Struck::Instead(response) => Ok(response),
                    Struck::Spoil => Ok(transport_faults::spoil(fault, call(&self.okta, request).await).await),
                    Struck::Reset => Err(fault),
                },
            },
        };
        match answered {
            Ok(mut response) => {
                let status = response.status();
                okta_headers::fill(response.headers_mut(), status, &pending.path, &windows, &address.org.clock);
                if let Some(readers) = readers {
                    cors::fill(response.headers_mut(), readers, origin.as_ref(), &address.org);
                }
                pending.answered(&address, &mut response, self.log_requests);
                Ok(with_id(response, id_header))
            }
            Err(fault) => {
                pending.aborted(&address, &format!("fault {}", fault.name()), self.log_requests);
                connection.reset.store(true, Ordering::Release);
                Err(ConnectionReset)
            }
        }
    }
}

/// Asks a router; a panic becomes Okta's answer for a failure of its own.
async fn call(router: &Router, request: Request<Body>) -> Response {
    let answer = AssertUnwindSafe(router.clone().call(request)).catch_unwind().await;
    match answer {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied();
            let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            let reason = format!("a handler panicked: {}", text.unwrap_or("without a message"));
            ApiError::internal().because(reason)
        }
    }
}

fn with_id(mut response: Response, id: HeaderValue) -> Response {
    response.headers_mut().insert(request_id::HEADER, id);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Paths of the mock itself. Okta has none that begins so.
fn is_control(path: &str) -> bool {
    path == "/healthz" || path == "/_mock" || path.starts_with("/_mock/")
}

/// Okta's answer where there is nothing.
pub(crate) async fn not_found(request: Request<Body>) -> Response {
    ApiError::path_not_found().for_reader(&request.into_parts().0)
}

/// Okta's answer to a method that a path does not know.
pub(crate) async fn method_not_allowed(request: Request<Body>) -> Response {
    ApiError::method_not_supported().for_reader(&request.into_parts().0)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use mock_idp_core::org::Document;

    use super::*;
    use crate::engine::OrgInstance;
    use crate::keys::KeyPool;

    #[tokio::test]
    async fn a_panic_is_oktas_envelope_and_its_message_stays_inside() {
        let document = Document::parse(crate::BUILT_IN_ORG).unwrap();
        let org = OrgInstance::new(document, &mut KeyPool::default()).unwrap();
        let server = Arc::new(Server::new(org, Vec::new()));
        let okta = Router::new().route("/boom", get(async || -> &'static str { panic!("canary") }));
        let front = Front::new(Arc::clone(&server), Arc::default(), okta, Router::new());
        let request = Request::get("/boom").header(header::HOST, "localhost").body(Body::empty()).unwrap();
        let response = front.answer(request).await.unwrap();
        assert_eq!(response.status(), 500);
        let id = response.headers()["x-okta-request-id"].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("E0000009") && !body.contains("canary"), "{body}");
        let entry = server.default_org().journal.find(&id).unwrap();
        assert_eq!(entry.reason.as_deref(), Some("a handler panicked: canary"));
    }
}
