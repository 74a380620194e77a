//! OAuth errors as bodies. RFC 6749 5.2; Okta: an unknown client is reported in the shape of its APIs.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::protocol::OAuthError;
use serde_json::{Value, json};

use super::api_error;

/// The answer to a request that fails with this error. Okta sends no `WWW-Authenticate` with it.
pub(crate) fn render(error: &OAuthError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    if error.is_api_shaped() {
        return api_error::envelope(status, error.error(), &error.description(), &[]);
    }
    let mut body = body(error.error(), &error.description());
    if let Some(mfa_token) = error.mfa_token() {
        body["mfa_token"] = mfa_token.into();
    }
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    api_error::with_retry_after(response)
}

/// RFC 6749 5.2.
pub(crate) fn body(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}
