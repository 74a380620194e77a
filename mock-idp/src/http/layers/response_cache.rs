//! The response cache: discovery documents and key sets, which depend on nothing but the address and have a `max-age`. A cached
//! answer is valid within one second of the org's clock, because `Date`, `Expires` and the age until the next key rotation change
//! with the second.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use parking_lot::RwLock;

use crate::address::Address;

/// How many answers are cached: a few for each authorization server and host name.
const CAPACITY: usize = 64;

/// The cached answers of one org.
#[derive(Debug, Default)]
pub(crate) struct ResponseCache(RwLock<Vec<CachedResponse>>);

#[derive(Debug)]
struct CachedResponse {
    base: Arc<str>,
    path: String,
    state: State,
    headers: HeaderMap,
    body: Bytes,
}

/// The state of the org that an answer was made from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct State {
    second: i64,
    revision: u64,
}

impl State {
    /// The current state.
    pub(crate) fn now(address: &Address) -> Self {
        Self { second: address.org.clock.now(), revision: address.org.revision() }
    }
}

/// Whether the answer to a request may be a cached one.
pub(crate) fn is_cacheable(request: &Request<Body>) -> bool {
    *request.method() == Method::GET && request.uri().query().is_none() && request.body().is_end_stream()
}

impl ResponseCache {
    /// The answer, with Okta's headers, that was made from this state.
    pub(crate) fn find(&self, address: &Address, path: &str, state: State) -> Option<Response> {
        let cached = self.0.read();
        let fits = |known: &&CachedResponse| known.path == path && known.state == state && *known.base == *address.base;
        let found = cached.iter().find(fits)?;
        let mut response = Response::new(Body::from(found.body.clone()));
        *response.headers_mut() = found.headers.clone();
        Some(response)
    }

    /// Caches an answer that has a `max-age`; returns it.
    pub(crate) async fn store(&self, address: &Address, path: &str, state: State, response: Response) -> Response {
        if !has_max_age(&response) || state != State::now(address) {
            return response;
        }
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let headers = parts.headers.clone();
        let answer = CachedResponse {
            base: Arc::clone(&address.base),
            path: path.to_owned(),
            state,
            headers,
            body: body.clone(),
        };
        let mut cached = self.0.write();
        cached.retain(|known| known.state == state && !(known.path == answer.path && known.base == answer.base));
        if cached.len() < CAPACITY {
            cached.push(answer);
        }
        Response::from_parts(parts, body.into())
    }
}

fn has_max_age(response: &Response) -> bool {
    let cache_control = response.headers().get(header::CACHE_CONTROL);
    response.status() == StatusCode::OK && cache_control.is_some_and(|value| value.as_bytes().starts_with(b"max-age="))
}
