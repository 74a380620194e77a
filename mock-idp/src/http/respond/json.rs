//! JSON answers.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use mock_idp_core::protocol::OAuthError;
use serde_json::Value;

use super::oauth_error;
use crate::http::layers::okta_headers;
use crate::journal::Explained;
use crate::routing::Decided;

/// An answer from JSON text.
pub(crate) fn text(body: Bytes) -> Response {
    let mut response = Response::new(body.into());
    // Room for Okta's headers, which nearly every answer gets.
    response.headers_mut().reserve(okta_headers::COUNT);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer that is a JWT. RFC 7519 10.3.1.
pub(crate) fn jwt(token: String) -> Response {
    let mut response = text(token.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    response
}

/// The answer of an OAuth endpoint: an object, or an error.
pub(crate) fn decided(decided: Explained<Result<impl Into<Value>, OAuthError>>) -> Decided {
    decided.map(|result| match result {
        Ok(body) => text(body.into().to_string().into()),
        Err(error) => oauth_error::render(&error),
    })
}
