//! The front of the server: what happens to every request, in this order.
//!
//! 1. It gets an id. 2. It is addressed to an org, under one of our names, or refused. 3. The control API is served
//!    outside everything that follows. 4. Bodies without or beyond measure are refused. 5. A transport fault may strike.
//! 6. A kept answer is given, or the endpoint answers; should it panic, Okta's envelope does. 7. Okta's headers are filled in,
//!    and those that let scripts of other origins read the answer. 8. Journal and log.
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
use crate::faults::TransportFault;
use crate::http::layers::access_log::Pending;
use crate::http::layers::address::{LastAddress, Resolved, Resolver};
use crate::http::layers::kept::{self, State};
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

        let resolved = match resolved {
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
            request.extensions_mut().insert(resolved.address);
            let response = call(&self.control, request).await;
            return Ok(with_id(response, id_header));
        }

        let address = Arc::clone(&resolved.address);
        let readers = cors::Readers::of(&pending.method, &pending.path);
        let origin = readers.and_then(|_| cors::origin(request.headers()).cloned());
        match self.answer_of_org(request, resolved, &pending).await {
            Ok(mut response) => {
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

    /// The answer with Okta's headers, or the fault by which there is none.
    async fn answer_of_org(
        &self,
        mut request: Request<Body>,
        Resolved { address, edge }: Resolved,
        pending: &Pending,
    ) -> Result<Response, TransportFault> {
        let path = &pending.path;
        let fill = |mut response: Response| {
            let status = response.status();
            okta_headers::fill(response.headers_mut(), status, path, &edge.windows, &address.org.clock);
            response
        };
        if let Some(refusal) = limits::check(&mut request) {
            return Ok(fill(refusal));
        }
        let fault = address.org.faults.take_transport(path);
        let state = kept::may_be(&request).then(|| State::now(&address));
        if let Some(state) = state.filter(|_| fault.is_none())
            && let Some(answer) = edge.kept.find(&address, path, state)
        {
            return Ok(answer);
        }
        request.extensions_mut().insert(Arc::clone(&address));
        request.extensions_mut().insert(pending.request_id.clone());
        let Some(fault) = fault else {
            let response = fill(call(&self.okta, request).await);
            return Ok(match state {
                Some(state) => edge.kept.keep(&address, path, state, response).await,
                None => response,
            });
        };
        match transport_faults::strike(fault, path, address.org.clock.now()).await {
            Struck::Instead(response) => Ok(fill(response)),
            Struck::Spoil => Ok(fill(transport_faults::spoil(fault, call(&self.okta, request).await).await)),
            Struck::Reset => Err(fault),
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
    use http::{HeaderMap, StatusCode};
    use mock_idp_core::model::Status;
    use mock_idp_core::org::Document;

    use super::*;
    use crate::engine::OrgInstance;
    use crate::keys::KeyPool;

    fn server() -> Arc<Server> {
        let document = Document::parse(crate::BUILT_IN_ORG).unwrap();
        Arc::new(Server::new(OrgInstance::new(document, &mut KeyPool::default()).unwrap(), Vec::new()))
    }

    async fn ask(front: &Front, request: http::request::Builder) -> (StatusCode, HeaderMap, String) {
        let request = request.header(header::HOST, "localhost").body(Body::empty()).unwrap();
        let (parts, body) = front.answer(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, 100_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_oktas_envelope_and_its_message_stays_inside() {
        let server = server();
        let okta = Router::new().route("/boom", get(async || -> &'static str { panic!("canary") }));
        let front = Front::new(Arc::clone(&server), Arc::default(), okta, Router::new());
        let (status, headers, body) = ask(&front, Request::get("/boom")).await;
        assert_eq!(status, 500);
        assert!(body.contains("E0000009") && !body.contains("canary"), "{body}");
        let entry = server.default_org().journal.find(headers["x-okta-request-id"].to_str().unwrap()).unwrap();
        assert_eq!(entry.reason.as_deref(), Some("a handler panicked: canary"));
    }

    #[tokio::test]
    async fn a_kept_answer_is_the_same_but_for_its_id_and_who_may_read_it() {
        let server = server();
        let front = crate::http::service(Arc::clone(&server), Arc::default(), Router::new());
        server.default_org().clock.freeze();
        let keys = || Request::get("/oauth2/default/v1/keys");
        let (_, mut first, body) = ask(&front, keys()).await;
        let (_, mut again, same) = ask(&front, keys()).await;
        assert_eq!(body, same);
        let (first_id, id) = (first.remove("x-okta-request-id").unwrap(), again.remove("x-okta-request-id").unwrap());
        assert_ne!(first_id, id);
        assert_eq!(first, again);
        assert!(server.default_org().journal.find(id.to_str().unwrap()).is_some());
        let (_, by_script, _) = ask(&front, keys().header(header::ORIGIN, "http://spa.test")).await;
        assert_eq!(by_script[header::ACCESS_CONTROL_ALLOW_ORIGIN], "http://spa.test");
        let (_, by_nobody, _) = ask(&front, keys()).await;
        assert!(!by_nobody.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        let (_, at_another_name, body) = ask(&front, Request::get("http://127.0.0.1:7801/oauth2/v1/keys")).await;
        assert_ne!(body, same);
        assert!(at_another_name.contains_key(header::CACHE_CONTROL));
    }

    #[tokio::test]
    async fn a_kept_answer_gives_way_to_every_change() {
        let server = server();
        let org = server.default_org();
        let front = crate::http::service(Arc::clone(&server), Arc::default(), Router::new());
        org.clock.freeze();
        let keys = async || ask(&front, Request::get("/oauth2/default/v1/keys")).await;
        let (_, headers, before) = keys().await;
        let default = Arc::clone(org.org().server("default").unwrap());
        org.rotate_keys(&default).await.unwrap();
        assert_ne!(keys().await.2, before, "rotated");
        org.clock.advance(1);
        assert_ne!(keys().await.1[header::DATE], headers[header::DATE], "a second later");
        org.reset().await;
        org.clock.freeze();
        assert_eq!(keys().await.2, before, "reset");
        org.change(|document| document.authorization_servers[0].status = Status::Inactive).unwrap();
        assert_eq!(keys().await.0, StatusCode::NOT_FOUND, "deactivated");
    }
}
