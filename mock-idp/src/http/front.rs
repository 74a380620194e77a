//! The front of the server: what happens to every request, in this order.
//!
//! 1. It gets an id. 2. It is addressed to an org, under one of our names, or refused. 3. The control API is served
//!    outside everything that follows. 4. Bodies without or beyond measure are refused. 5. A transport fault may strike.
//! 6. A kept answer is given at once. 7. Else the endpoint answers; should it panic, Okta's envelope does; and Okta's headers are
//!    filled in. 8. Scripts of other origins are told what they may read. 9. Journal and log.
//!
//! One hand-written service instead of a stack of layers: nearly all of a discovery request is spent here.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{Either, ready};
use http::{HeaderValue, Request, header};
use tower::Service;

use crate::address::Address;
use crate::engine::Orgs;
use crate::faults::TransportFault;
use crate::http::layers::access_log::Pending;
use crate::http::layers::address::{LastAddress, Resolved, Resolver};
use crate::http::layers::cors::{self, Readers};
use crate::http::layers::kept::{self, State};
use crate::http::layers::transport_faults::{self, Struck};
use crate::http::layers::{limits, okta_headers, trailing_slash};
use crate::http::respond::api_error::ApiError;
use crate::request_id::{self, RequestId};
use crate::settings::Settings;

/// What serves the connections.
#[derive(Clone, Debug)]
pub struct Front(Arc<Shared>);

/// Serves one connection. Cheap to clone, for every request.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionFront(Arc<ConnectionState>);

#[derive(Debug)]
struct Shared {
    resolver: Resolver,
    okta: Router,
    control: Router,
    log_requests: bool,
}

/// What the front knows of a connection.
#[derive(Debug)]
struct ConnectionState {
    shared: Arc<Shared>,
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
    pub(crate) fn new(orgs: Arc<Orgs>, settings: Arc<Settings>, okta: Router, control: Router) -> Self {
        let log_requests = settings.log_requests;
        let resolver = Resolver::new(orgs, settings);
        Self(Arc::new(Shared { resolver, okta, control, log_requests }))
    }

    /// The front for one connection. `reset` is set when the connection shall be reset.
    pub(crate) fn for_connection(&self, secure: bool, reset: Arc<AtomicBool>) -> ConnectionFront {
        let (shared, last_address) = (Arc::clone(&self.0), LastAddress::default());
        ConnectionFront(Arc::new(ConnectionState { shared, secure, last_address, reset }))
    }
}

impl ConnectionFront {
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
        // Most requests have no body: an empty one costs no allocation.
        let request = request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        match self.0.shared.answer_at_once(&self.0, request) {
            ControlFlow::Break(response) => Either::Left(ready(Ok(response))),
            ControlFlow::Continue(asked) => {
                let Self(connection) = self.clone();
                // Boxed: an answer that is there already shall not carry the room that an endpoint's takes.
                Either::Right(Box::pin(async move { connection.shared.answer(&connection, asked).await }))
            }
        }
    }
}

/// A request that has to be worked on.
struct Asked {
    request: Request<Body>,
    resolved: Arc<Resolved>,
    pending: Pending,
    fault: Option<TransportFault>,
    /// What an answer that may be kept will be made from.
    state: Option<State>,
    script: Option<Script>,
}

/// A script of another origin that may read the answer.
struct Script {
    readers: Readers,
    origin: Option<HeaderValue>,
}

impl Shared {
    /// Refuses what is not for us, and gives kept answers.
    fn answer_at_once(&self, connection: &ConnectionState, mut request: Request<Body>) -> ControlFlow<Response, Asked> {
        let started = Instant::now();
        let mut uri = std::mem::take(request.uri_mut());
        let resolved = self.resolver.resolve(&mut uri, request.headers(), connection.secure, &connection.last_address);
        let uri = trailing_slash::strip(uri);
        let path = uri.path().to_owned();
        *request.uri_mut() = uri;
        let pending = Pending { started, request_id: RequestId::random(), method: request.method().clone(), path };
        let resolved = match resolved {
            Ok(resolved) => resolved,
            Err(misaddressed) => {
                let reason = misaddressed.reason().to_owned();
                let response = with_id(plain(misaddressed.into_response()), pending.request_id);
                if self.log_requests {
                    pending.misaddressed(response.status(), &reason);
                }
                return ControlFlow::Break(response);
            }
        };
        if is_control(&pending.path) {
            return ControlFlow::Continue(Asked { request, resolved, pending, fault: None, state: None, script: None });
        }
        let Resolved { address, edge } = &*resolved;
        let script = Readers::of(&pending.method, &pending.path)
            .map(|readers| Script { readers, origin: cors::origin(request.headers()).cloned() });
        if let Some(refusal) = limits::check(&mut request) {
            let refusal = filled(refusal, &resolved, &pending);
            return ControlFlow::Break(self.finish(refusal, address, pending, script));
        }
        let fault = address.org.faults.take_transport(&pending.path);
        let may_be_kept = fault.is_none() && kept::may_be(&request);
        let state = may_be_kept.then(|| State::now(address));
        match state.and_then(|state| edge.kept.find(address, &pending.path, state)) {
            Some(response) => ControlFlow::Break(self.finish(response, address, pending, script)),
            None => ControlFlow::Continue(Asked { request, resolved, pending, fault, state, script }),
        }
    }

    async fn answer(
        &self,
        connection: &ConnectionState,
        Asked { mut request, resolved, pending, fault, state, script }: Asked,
    ) -> Result<Response, ConnectionReset> {
        let Resolved { address, edge } = &*resolved;
        let path = &pending.path;
        request.extensions_mut().insert(Arc::clone(address));
        if is_control(path) {
            let response = call(&self.control, request).await;
            return Ok(with_id(plain(response), pending.request_id));
        }
        request.extensions_mut().insert(pending.request_id);
        let response = match fault {
            None => call(&self.okta, request).await,
            Some(fault) => match transport_faults::strike(fault, path, address.org.clock.now()).await {
                Struck::Instead(response) => response,
                Struck::Spoil => transport_faults::spoil(fault, call(&self.okta, request).await).await,
                Struck::Reset => {
                    pending.aborted(address, &format!("fault {}", fault.name()), self.log_requests);
                    connection.reset.store(true, Ordering::Release);
                    return Err(ConnectionReset);
                }
            },
        };
        let mut response = filled(response, &resolved, &pending);
        if let Some(state) = state {
            response = edge.kept.keep(address, path, state, response).await;
        }
        Ok(self.finish(response, address, pending, script))
    }

    /// What every answer of an org ends with.
    fn finish(&self, mut response: Response, address: &Address, pending: Pending, script: Option<Script>) -> Response {
        if let Some(Script { readers, origin }) = script {
            cors::fill(response.headers_mut(), readers, origin.as_ref(), &address.org);
        }
        let id = pending.request_id;
        pending.answered(address, &mut response, self.log_requests);
        with_id(response, id)
    }
}

/// The answer with the headers that its endpoint left out.
fn filled(mut response: Response, Resolved { address, edge }: &Resolved, pending: &Pending) -> Response {
    let status = response.status();
    okta_headers::fill(response.headers_mut(), status, &pending.path, &edge.windows, &address.org.clock);
    response
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

fn with_id(mut response: Response, id: RequestId) -> Response {
    response.headers_mut().insert(request_id::HEADER, id.header_value());
    response
}

/// An answer without Okta's headers is no script either.
fn plain(mut response: Response) -> Response {
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

    fn orgs() -> Arc<Orgs> {
        let document = Document::parse(crate::BUILT_IN_ORG).unwrap();
        Arc::new(Orgs::new(OrgInstance::new(document, &mut KeyPool::default()).unwrap(), Vec::new()))
    }

    async fn ask(front: &Front, request: http::request::Builder) -> (StatusCode, HeaderMap, String) {
        let request = request.header(header::HOST, "localhost").body(Body::empty()).unwrap();
        let front = front.for_connection(false, Arc::default());
        let (parts, body) = front.answer(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, 100_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_oktas_envelope_and_its_message_stays_inside() {
        let orgs = orgs();
        let okta = Router::new().route("/boom", get(async || -> &'static str { panic!("canary") }));
        let front = Front::new(Arc::clone(&orgs), Arc::default(), okta, Router::new());
        let (status, headers, body) = ask(&front, Request::get("/boom")).await;
        assert_eq!(status, 500);
        assert!(body.contains("E0000009") && !body.contains("canary"), "{body}");
        let entry = orgs.default_org().journal.find(headers["x-okta-request-id"].to_str().unwrap()).unwrap();
        assert_eq!(entry.reason.as_deref(), Some("a handler panicked: canary"));
    }

    #[tokio::test]
    async fn a_kept_answer_is_the_same_but_for_its_id_and_who_may_read_it() {
        let orgs = orgs();
        let front = crate::http::service(Arc::clone(&orgs), Arc::default(), Router::new());
        orgs.default_org().clock.freeze();
        let keys = || Request::get("/oauth2/default/v1/keys");
        let (_, mut first, body) = ask(&front, keys()).await;
        let (_, mut again, same) = ask(&front, keys()).await;
        assert_eq!(body, same);
        let (first_id, id) = (first.remove("x-okta-request-id").unwrap(), again.remove("x-okta-request-id").unwrap());
        assert_ne!(first_id, id);
        assert_eq!(first, again);
        assert!(orgs.default_org().journal.find(id.to_str().unwrap()).is_some());
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
        let orgs = orgs();
        let org = orgs.default_org();
        let front = crate::http::service(Arc::clone(&orgs), Arc::default(), Router::new());
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
