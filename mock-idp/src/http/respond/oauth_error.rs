//! OAuth errors as bodies. RFC 6749 5.2; Okta: an unknown client is told in the API's shape.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::protocol::OAuthError;
use serde_json::{Value, json};

use super::api_error::ApiError;

/// The answer to a refused request. Okta sends no `WWW-Authenticate` with it.
pub(crate) fn render(refusal: &OAuthError) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    if refusal.is_api_shaped() {
        return ApiError::new(status, refusal.error(), Cow::Owned(refusal.description())).into_response();
    }
    let body = body(refusal.error(), &refusal.description());
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// RFC 6749 5.2.
pub(crate) fn body(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}
