//! Refused access tokens. RFC 6750 3; Okta: the challenge carries the error, the body is empty.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::protocol::OAuthError;

/// The answer to a request whose access token is refused.
pub(crate) fn render(error: &OAuthError, challenge: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(challenge) {
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    response
}
