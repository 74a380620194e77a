//! Answers that are kept: discovery documents and key sets. Such an answer says itself how long a client may keep it, and depends
//! on nothing but the address. It is made once a second for each name that the server is called by: `Date`, `Expires` and the age
//! until the next key rotation change with the second.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use parking_lot::RwLock;

use crate::address::Address;

/// How many answers are kept: a few for each authorization server and name that it is called by.
const MOST: usize = 64;

/// The kept answers of one org.
#[derive(Debug, Default)]
pub(crate) struct KeptAnswers(RwLock<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
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
    /// From the org as it is now.
    pub(crate) fn now(address: &Address) -> Self {
        Self { second: address.org.clock.now(), revision: address.org.revision() }
    }
}

/// Whether the answer to a request may depend on nothing but its address.
pub(crate) fn may_be(request: &Request<Body>) -> bool {
    *request.method() == Method::GET && request.uri().query().is_none() && request.body().is_end_stream()
}

impl KeptAnswers {
    /// The answer, with Okta's headers, that was made from this state.
    pub(crate) fn find(&self, address: &Address, path: &str, state: State) -> Option<Response> {
        let kept = self.0.read();
        let kept = kept.iter().find(|kept| kept.path == path && kept.state == state && *kept.base == *address.base)?;
        let mut response = Response::new(Body::from(kept.body.clone()));
        *response.headers_mut() = kept.headers.clone();
        Some(response)
    }

    /// Keeps an answer if it allows that and is whole; gives it back.
    pub(crate) async fn keep(&self, address: &Address, path: &str, state: State, response: Response) -> Response {
        if !allows(&response) || state != State::now(address) {
            return response;
        }
        let (parts, body) = response.into_parts();
        // A body that cannot be read to its end is cut short for the client too.
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let headers = parts.headers.clone();
        let answer =
            Kept { base: Arc::clone(&address.base), path: path.to_owned(), state, headers, body: body.clone() };
        let mut kept = self.0.write();
        kept.retain(|kept| kept.state == state && !(kept.path == answer.path && kept.base == answer.base));
        if kept.len() < MOST {
            kept.push(answer);
        }
        Response::from_parts(parts, body.into())
    }
}

fn allows(response: &Response) -> bool {
    let cache_control = response.headers().get(header::CACHE_CONTROL);
    response.status() == StatusCode::OK && cache_control.is_some_and(|value| value.as_bytes().starts_with(b"max-age="))
}
