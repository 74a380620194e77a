//! Refusals of access tokens. RFC 6750 3; Okta: the challenge says everything, the body nothing.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::protocol::OAuthError;

/// The answer to a token that is refused.
pub(crate) fn render(refusal: &OAuthError, challenge: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(challenge) {
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    response
}
