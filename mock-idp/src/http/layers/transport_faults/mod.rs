//! Transport faults: the only place where an answer is spoiled on its way out.

mod key_set;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use mock_idp_core::management::{ApiError, ApiErrorId};

use crate::faults::TransportFault;
use crate::http::layers::okta_headers::{RATE_LIMIT, RATE_REMAINING, RATE_RESET};
use crate::http::respond::{api_error, oauth_error};
use crate::journal::Explained;
use crate::routing::{Decided, RateClass};

/// Seconds after which a client may retry when it gets `http.status-429`.
const RETRY_AFTER: u32 = 1;

/// The limit that `http.status-429` shows where the route has none.
const DEFAULT_LIMIT: u32 = 600;

/// What a fault does to a request before it is handled.
#[derive(Debug)]
pub(crate) enum FaultEffect {
    /// The request gets this answer instead of the endpoint's.
    Replace(Box<Decided>),
    /// The connection is reset without an answer.
    Reset,
    /// The endpoint's answer is passed to [`spoil`].
    Spoil,
}

/// The part of a fault that happens before the request is handled. `now` is the org's time.
pub(crate) async fn before_handler(fault: &TransportFault, class: RateClass, now: i64) -> FaultEffect {
    let error = |id| api_error::render(&ApiError::new(id, "")).with_reason(reason(fault));
    match fault {
        TransportFault::Status500 => FaultEffect::Replace(Box::new(error(ApiErrorId::Internal))),
        TransportFault::Status503 => FaultEffect::Replace(Box::new(error(ApiErrorId::ReadOnly))),
        TransportFault::Status429 => {
            let mut decided = error(ApiErrorId::TooManyRequests);
            let headers = decided.result.headers_mut();
            headers.insert(header::RETRY_AFTER, RETRY_AFTER.into());
            headers.insert(RATE_LIMIT, class.limit().unwrap_or(DEFAULT_LIMIT).into());
            headers.insert(RATE_REMAINING, HeaderValue::from_static("0"));
            headers.insert(RATE_RESET, (now + i64::from(RETRY_AFTER)).into());
            FaultEffect::Replace(Box::new(decided))
        }
        TransportFault::OAuthError(error) => {
            FaultEffect::Replace(Box::new(Explained::refused(oauth_error::render(error), reason(fault))))
        }
        TransportFault::Slow(delay) => {
            #[expect(clippy::disallowed_methods, reason = "the delay is the fault")]
            tokio::time::sleep(*delay).await;
            FaultEffect::Spoil
        }
        TransportFault::Reset => FaultEffect::Reset,
        TransportFault::BadJson | TransportFault::WrongContentType | TransportFault::KeySet(_) => FaultEffect::Spoil,
    }
}

/// The part of a fault that changes the endpoint's answer.
pub(crate) async fn spoil(fault: &TransportFault, decided: Decided) -> Decided {
    let Explained { mut result, mut explanation } = decided;
    match fault {
        TransportFault::BadJson => result = cut(result).await,
        TransportFault::WrongContentType => {
            result.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        }
        TransportFault::KeySet(fault) => result = with_body(result, |body| key_set::spoil(*fault, body)).await,
        _ => {}
    }
    explanation.reason = Some(match explanation.reason {
        Some(inside) => format!("{}; {inside}", reason(fault)),
        None => reason(fault),
    });
    Explained { result, explanation }
}

/// The reason that the journal gives.
pub(crate) fn reason(fault: &TransportFault) -> String {
    format!("fault {}", fault.name())
}

/// The first half of the answer.
async fn cut(response: Response) -> Response {
    with_body(response, |whole| match whole.is_empty() {
        true => Bytes::from_static(b"{"),
        false => whole.slice(..whole.len() / 2),
    })
    .await
}

/// The answer with another body, and a length that fits.
async fn with_body(response: Response, change: impl FnOnce(Bytes) -> Bytes) -> Response {
    let (mut parts, body) = response.into_parts();
    let changed = change(to_bytes(body, usize::MAX).await.unwrap_or_default());
    parts.headers.insert(header::CONTENT_LENGTH, changed.len().into());
    Response::from_parts(parts, Body::from(changed))
}
