//! Transport faults: the only place where an answer is spoilt on its way out.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderValue, header};

use crate::faults::TransportFault;
use crate::http::layers::okta_headers::{EndpointClass, RATE_LIMIT, RATE_REMAINING, RATE_RESET};
use crate::http::respond::api_error::ApiError;
use crate::journal::Explanation;

/// Seconds until a client that meets `http.status-429` may try again.
const RETRY_AFTER: u32 = 1;

/// What becomes of a request that a fault strikes.
#[derive(Debug)]
pub(crate) enum Struck {
    /// This answer instead of the endpoint's.
    Instead(Response),
    /// No answer: the connection is reset.
    Reset,
    /// The endpoint's answer, spoilt by [`spoil`].
    Spoil,
}

/// The part of a fault that happens before the endpoint is asked. `now` is the org's time.
pub(crate) async fn strike(fault: TransportFault, path: &str, now: i64) -> Struck {
    let reason = || format!("fault {}", fault.name());
    match fault {
        TransportFault::Status500 => Struck::Instead(ApiError::internal().because(reason())),
        TransportFault::Status503 => Struck::Instead(ApiError::read_only().because(reason())),
        TransportFault::Status429 => {
            let mut response = ApiError::too_many_requests().because(reason());
            let limit = EndpointClass::of(path).map_or(600, EndpointClass::limit);
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, RETRY_AFTER.into());
            headers.insert(RATE_LIMIT, limit.into());
            headers.insert(RATE_REMAINING, HeaderValue::from_static("0"));
            headers.insert(RATE_RESET, (now + i64::from(RETRY_AFTER)).into());
            Struck::Instead(response)
        }
        TransportFault::Slow(delay) => {
            #[expect(clippy::disallowed_methods, reason = "to be slow is the fault")]
            tokio::time::sleep(delay).await;
            Struck::Spoil
        }
        TransportFault::Reset => Struck::Reset,
        TransportFault::BadJson | TransportFault::WrongContentType => Struck::Spoil,
    }
}

/// The part that happens to the endpoint's answer.
pub(crate) async fn spoil(fault: TransportFault, response: Response) -> Response {
    let mut response = match fault {
        TransportFault::BadJson => cut(response).await,
        TransportFault::WrongContentType => {
            let mut response = response;
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            response
        }
        _ => response,
    };
    let mut explanation = response.extensions_mut().remove::<Explanation>().unwrap_or_default();
    let fault = format!("fault {}", fault.name());
    explanation.reason = Some(match explanation.reason {
        Some(reason) => format!("{fault}; {reason}"),
        None => fault,
    });
    response.extensions_mut().insert(explanation);
    response
}

/// The first half of the answer, as if it were the whole.
async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = if whole.is_empty() { bytes::Bytes::from_static(b"{") } else { whole.slice(..whole.len() / 2) };
    parts.headers.insert(header::CONTENT_LENGTH, half.len().into());
    Response::from_parts(parts, Body::from(half))
}
