//! The front of the server: what happens to every request, in this order.
//!
//! 1. It gets an id. 2. Its address names an org, or it is refused. 3. The table finds its route. 4. The control API is served without
//!    the steps that follow. 5. Bodies without a length, or too long, are refused. 6. A transport fault may apply. 7. A cached
//!    answer is sent at once. 8. Else the access that the route needs is checked, and its handler answers; a panic becomes Okta's
//!    internal error. 9. Okta's headers, CORS headers, journal and log. 10. What is left of the body is read, or the connection closes.
//!
//! One hand-written service instead of a stack of layers, because most of the time of a discovery request is spent here.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{Either, ready};
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Uri, header};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::org::RateLimits;

use crate::address::Address;
use crate::clock::Clock;
use crate::current_request::CurrentRequest;
use crate::engine::{LoggedFrom, Orgs};
use crate::faults::TransportFault;
use crate::http::layers::access_log::RequestRecord;
use crate::http::layers::address::{Edge, LastAddress, Misaddressed, Resolved, Resolver};
use crate::http::layers::okta_headers::RateCount;
use crate::http::layers::recorded_body::{RecordedBody, RecordedRequest};
use crate::http::layers::response_cache::{self, State};
use crate::http::layers::transport_faults::{self, FaultEffect};
use crate::http::layers::{cors, limits, okta_headers, request_body};
use crate::http::oauth;
use crate::http::respond::api_error;
use crate::journal::Explained;
use crate::request_id::{self, RequestId};
use crate::routing::{Access, Decided, Matched, Pipeline, Readers, Table};
use crate::settings::Settings;

/// Serves all connections.
#[derive(Clone, Debug)]
pub(crate) struct Front(Arc<Shared>);

/// Serves one connection. Cheap to clone, for every request.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionFront(Arc<ConnectionState>);

#[derive(Debug)]
struct Shared {
    resolver: Resolver,
    table: Arc<Table>,
    log_requests: bool,
}

/// What the front stores for a connection.
#[derive(Debug)]
struct ConnectionState {
    shared: Arc<Shared>,
    secure: bool,
    /// The address of the client.
    peer: IpAddr,
    last_address: LastAddress,
    /// Set when the connection has to end with a reset instead of an orderly close.
    reset: Arc<AtomicBool>,
}

/// The request gets no answer: its connection is reset.
#[derive(Debug, thiserror::Error)]
#[error("connection reset on purpose")]
pub(crate) struct ConnectionReset;

impl Front {
    pub(crate) fn new(orgs: Arc<Orgs>, settings: Arc<Settings>, table: Table) -> Self {
        let log_requests = settings.log_requests;
        let resolver = Resolver::new(orgs, settings);
        Self(Arc::new(Shared { resolver, table: Arc::new(table), log_requests }))
    }

    /// The front for one connection. `reset` is set when the connection has to be reset.
    pub(crate) fn for_connection(&self, secure: bool, peer: IpAddr, reset: Arc<AtomicBool>) -> ConnectionFront {
        let (shared, last_address) = (Arc::clone(&self.0), LastAddress::default());
        ConnectionFront(Arc::new(ConnectionState { shared, secure, peer, last_address, reset }))
    }
}

impl ConnectionFront {
    /// Resolves when the org that the last request named by its host is removed: the connection can end.
    pub(crate) async fn org_removed(&self) {
        self.0.last_address.org_removed().await;
    }

    /// Answers one request of this connection.
    ///
    /// # Errors
    /// The request gets no answer, the connection has to be reset.
    pub(crate) fn answer<B>(
        &self,
        request: Request<B>,
    ) -> impl Future<Output = Result<Response, ConnectionReset>> + Send + use<B>
    where
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let Self(connection) = self.clone();
        let (head, body) = request.into_parts();
        // Most requests have no body: an empty one costs no allocation.
        if !body.is_end_stream() {
            let (body, copy, unread) = request_body::watch(&head.headers, Body::new(body));
            let request = Request::from_parts(head, body);
            // Boxed, so that the future of a cached answer is small.
            return Either::Right(Either::Left(Box::pin(async move {
                let mut response = match connection.shared.answer_at_once(&connection, request, Some(copy)) {
                    ControlFlow::Break(response) => response,
                    ControlFlow::Continue(pending) => connection.shared.answer(&connection, pending).await?,
                };
                unread.finish(&mut response).await;
                Ok(response)
            })));
        }
        match connection.shared.answer_at_once(&connection, Request::from_parts(head, Body::empty()), None) {
            ControlFlow::Break(response) => Either::Left(ready(Ok(response))),
            ControlFlow::Continue(pending) => {
                Either::Right(Either::Right(Box::pin(
                    async move { connection.shared.answer(&connection, pending).await },
                )))
            }
        }
    }
}

/// A request that needs its handler.
struct PendingRequest {
    request: Request<Body>,
    resolved: Arc<Resolved>,
    matched: Matched,
    record: RequestRecord,
    fault: Option<TransportFault>,
    /// The state that a cacheable answer is made from.
    state: Option<State>,
    sharing: Sharing,
}

/// The origins that may read the answer, and the origin of the request.
struct Sharing {
    readers: Readers,
    origin: Option<HeaderValue>,
}

impl Shared {
    /// Refuses requests that are for no org, or have an unacceptable body, and sends cached answers.
    fn answer_at_once(
        &self,
        connection: &ConnectionState,
        mut request: Request<Body>,
        body: Option<RecordedBody>,
    ) -> ControlFlow<Response, PendingRequest> {
        let started = Instant::now();
        let mut uri = std::mem::take(request.uri_mut());
        let resolved = self.resolver.resolve(&mut uri, request.headers(), connection.secure, &connection.last_address);
        let mut matched = self.table.find(request.method(), uri.path());
        if matched.ignores_trailing_slash()
            && let Some(stripped) = without_trailing_slash(&uri)
        {
            uri = stripped;
            matched = self.table.find(request.method(), uri.path());
        }
        let path = matched.recordable(uri.path().to_owned());
        *request.uri_mut() = uri;
        let (request_id, method) = (RequestId::random(), request.method().clone());
        let mut record =
            RequestRecord { started, request_id, method, path, route: matched.label(), sent: None, logged: None };
        let answers_any_host = matched.route().is_some_and(|route| route.access == Access::AnyHost);
        let resolved = match resolved {
            Err(_) if answers_any_host => self.resolver.nameless(connection.secure),
            resolved => resolved,
        };
        let resolved = match resolved {
            Ok(resolved) => resolved,
            Err(misaddressed) => {
                let reason = misaddressed.reason().to_owned();
                let response = with_id(with_nosniff(misaddressed.into_response()), record.request_id);
                if self.log_requests {
                    record.misaddressed(response.status(), &reason);
                }
                return ControlFlow::Break(response);
            }
        };
        let Resolved { address, edge } = &*resolved;
        let mut sharing = Sharing { readers: matched.readers(), origin: None };
        if matched.group().pipeline == Pipeline::Control {
            let (fault, state) = (None, None);
            return ControlFlow::Continue(PendingRequest { request, resolved, matched, record, fault, state, sharing });
        }
        record.sent = Some(RecordedRequest::new(&request, &matched, body));
        if sharing.readers != Readers::SameOrigin {
            sharing.origin = cors::origin(request.headers()).cloned();
        }
        if let Some(refusal) = limits::check(&request, &matched) {
            let refusal = with_okta_headers(refusal, &resolved, &matched);
            return ControlFlow::Break(self.finish(refusal, address, record, &sharing));
        }
        let path = request.uri().path();
        let is_key_set = matched.route().is_some_and(oauth::is_key_set);
        let fault = address.org.faults.take_transport(path, is_key_set);
        // What other processes change is not known at once.
        let current = !address.org.is_shared() && !address.org.clock.steps();
        let blocks = address.org.org().blocks_addresses();
        let cacheable = fault.is_none() && current && !blocks && response_cache::is_cacheable(&request);
        let state = cacheable.then(|| State::now(address));
        match state.and_then(|state| edge.cache.find(address, path, state)) {
            Some(response) => {
                ControlFlow::Break(self.finish(Explained::undecided(response), address, record, &sharing))
            }
            None => ControlFlow::Continue(PendingRequest { request, resolved, matched, record, fault, state, sharing }),
        }
    }

    async fn answer(&self, connection: &ConnectionState, pending: PendingRequest) -> Result<Response, ConnectionReset> {
        let (org, id) = (Arc::clone(&pending.resolved.address.org), pending.record.request_id);
        // Not moved from here on: it is large.
        let answer = pin!(self.answer_in_org(connection, pending));
        match org.unless_removed(org.limit_store_time(answer)).await {
            Some(answer) => answer,
            None => {
                let mut response = with_id(with_nosniff(Misaddressed::removed(&org).into_response()), id);
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                Ok(response)
            }
        }
    }

    async fn answer_in_org(
        &self,
        connection: &ConnectionState,
        PendingRequest { mut request, resolved, matched, mut record, fault, state, sharing }: PendingRequest,
    ) -> Result<Response, ConnectionReset> {
        let Resolved { address, edge } = &*resolved;
        if let Err(error) = address.org.follow_clock().await {
            tracing::warn!("the clock may be out of date: {error}");
        }
        request.extensions_mut().insert(Arc::clone(address));
        request.extensions_mut().insert(matched.clone());
        if matched.group().pipeline == Pipeline::Control {
            request.extensions_mut().insert(Arc::clone(&self.table));
            let Explained { result: response, .. } = handle(&matched, request).await;
            record.counted(address, response.status().as_u16());
            return Ok(with_id(with_nosniff(response), record.request_id));
        }
        if address.org.clock.steps()
            && let Err(error) = address.org.change_clock(Clock::step).await
        {
            tracing::warn!("the clock could not be moved: {error}");
        }
        request.extensions_mut().insert(record.request_id);
        let user_agent = request.headers().get(header::USER_AGENT);
        let user_agent = user_agent.map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned());
        let current = Arc::new(CurrentRequest::new(record.request_id, connection.peer, user_agent.clone()));
        request.extensions_mut().insert(Arc::clone(&current));
        let path = state.is_some().then(|| request.uri().path().to_owned());
        let rate = enforced_count(address, edge, &matched, request.method());
        let org = address.org.org();
        let blocked = org.blocks_addresses().then(|| limits::check_address(&org, &current)).flatten();
        let mut decided = match fault {
            _ if let Some(blocked) = blocked => blocked,
            _ if rate.is_some_and(RateCount::is_exceeded) => rate_limited(),
            None => handle(&matched, request).await,
            Some(fault) => {
                match transport_faults::before_handler(&fault, matched.rate(), address.org.clock.now()).await {
                    FaultEffect::Replace(decided) => *decided,
                    FaultEffect::Spoil => transport_faults::spoil(&fault, handle(&matched, request).await).await,
                    FaultEffect::Reset => {
                        record.aborted(address, &transport_faults::reason(&fault), self.log_requests);
                        connection.reset.store(true, Ordering::Release);
                        return Err(ConnectionReset);
                    }
                }
            }
        };
        let log = current.take_log();
        if !log.events.is_empty() {
            let base = &address.urls().endpoint_base;
            let from = LoggedFrom { request: &current, path: &record.path, base, user_agent };
            record.logged = Some(address.org.add_to_log(log, from).await);
        }
        // An answer of a fault has its own.
        if let Some(rate) = rate.filter(|_| !decided.result.headers().contains_key(okta_headers::RATE_LIMIT)) {
            rate.fill(decided.result.headers_mut(), true);
        }
        let mut decided = with_okta_headers(decided, &resolved, &matched);
        if let (Some(state), Some(path)) = (state, path) {
            // Added before, so that the header map of a cached answer does not grow; `finish` sets them for each answer.
            cors::fill(decided.result.headers_mut(), sharing.readers, None, &address.org);
            decided.result = with_id(decided.result, record.request_id);
            decided.result = edge.cache.store(address, &path, state, decided.result).await;
        }
        Ok(self.finish(decided, address, record, &sharing))
    }

    /// The last step of every answer of an org: CORS headers, journal, id.
    fn finish(&self, decided: Decided, address: &Address, record: RequestRecord, sharing: &Sharing) -> Response {
        let Explained { result: mut response, explanation } = decided;
        cors::fill(response.headers_mut(), sharing.readers, sharing.origin.as_ref(), &address.org);
        let id = record.request_id;
        record.answered(address, &mut response, explanation, self.log_requests);
        with_id(response, id)
    }
}

/// The answer with the headers that its handler did not set.
fn with_okta_headers(mut decided: Decided, Resolved { address, edge }: &Resolved, matched: &Matched) -> Decided {
    let status = decided.result.status();
    let count = || count(address, edge, matched);
    okta_headers::fill(decided.result.headers_mut(), status, matched.rate(), count, &address.org.clock);
    decided
}

/// Counts a request for its rate limit.
fn count(address: &Address, edge: &Edge, matched: &Matched) -> Option<RateCount> {
    edge.windows.count(matched.rate(), address.org.clock.now(), address.org.resets())
}

/// The count of a request, if the org enforces rate limits and its class has one. Preflight requests are not counted.
fn enforced_count(address: &Address, edge: &Edge, matched: &Matched, method: &Method) -> Option<RateCount> {
    let enforced = address.org.org().rate_limits() == RateLimits::Enforced && *method != Method::OPTIONS;
    enforced.then(|| count(address, edge, matched)).flatten()
}

/// Okta: 429 with the envelope of its APIs, at all endpoints.
fn rate_limited() -> Decided {
    let reason = "more requests in a minute than the rate limit of the org allows (rateLimits: enforced)";
    api_error::render(&ApiError::new(ApiErrorId::TooManyRequests, reason))
}

/// Checks the access that the route needs, and calls the handler. A panic becomes Okta's internal error.
async fn handle(matched: &Matched, request: Request<Body>) -> Decided {
    let is_head = *request.method() == Method::HEAD;
    let dispatch = matched.group().dispatch;
    let decided = async { dispatch(request).await };
    let mut decided = AssertUnwindSafe(decided).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("without a message");
        api_error::render(&ApiError::internal("")).with_reason(format!("a handler panicked: {text}"))
    });
    if matched.is_refused_method() {
        let allow = HeaderValue::from_str(&matched.allow());
        decided.result.headers_mut().extend(allow.ok().map(|allow| (header::ALLOW, allow)));
    }
    if is_head { decided.map(without_body) } else { decided }
}

/// RFC 9110 9.3.2: the headers of GET, its length included.
fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        parts.headers.entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    Response::from_parts(parts, Body::empty())
}

fn with_id(mut response: Response, id: RequestId) -> Response {
    response.headers_mut().insert(request_id::HEADER, id.header_value());
    response
}

/// For answers without Okta's headers.
fn with_nosniff(mut response: Response) -> Response {
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn without_trailing_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/')?;
    let target = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    target.ok().map(Uri::from)
}

#[cfg(test)]
mod tests;
