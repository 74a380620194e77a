//! What Okta's edge refuses before any endpoint sees it: bodies of unknown or excessive length.

use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{Html, IntoResponse as _, Response};
use http::{Method, Request, StatusCode, header};

use crate::journal::Explanation;

/// Largest body, in bytes. The largest honest one is a form with a signed request object.
const MAX_BODY: usize = 64 * 1024;

/// The refusal of a request whose body has no length or too much of it.
pub(crate) fn check(request: &mut Request<Body>) -> Option<Response> {
    let headers = request.headers();
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => {
            let length = length.to_str().ok().and_then(|text| text.parse::<usize>().ok());
            if length.is_none_or(|length| length > MAX_BODY) {
                return Some(too_long());
            }
        }
        None if headers.contains_key(header::TRANSFER_ENCODING) => {
            DefaultBodyLimit::max(MAX_BODY).apply(request);
        }
        // Okta: POST and PUT without a Content-Length header are answered with 411.
        None if matches!(*request.method(), Method::POST | Method::PUT) => {
            return Some(refusal(StatusCode::LENGTH_REQUIRED, "the request has no Content-Length"));
        }
        None => {}
    }
    None
}

/// The refusal of a body that turned out too long only while it was read.
pub(crate) fn too_long() -> Response {
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 64 KiB")
}

/// The edge speaks HTML whoever asks.
fn refusal(status: StatusCode, reason: &str) -> Response {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let page = format!("<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n");
    let mut response = (status, Html(page)).into_response();
    response.extensions_mut().insert(Explanation { reason: Some(reason.to_owned()), ..Explanation::default() });
    response
}
