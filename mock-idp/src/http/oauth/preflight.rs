//! What scripts may ask for. Fetch 4.8; who may ask is filled in with every answer.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::http::extract::AtServer;

/// Seconds for which a preflight holds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// Of what is only read.
pub(in crate::http) async fn of_reading(_: AtServer, headers: HeaderMap) -> Response {
    answer(&headers, HeaderValue::from_static("GET"))
}

/// Of what forms are posted to.
pub(in crate::http) async fn of_posting(_: AtServer, headers: HeaderMap) -> Response {
    answer(&headers, HeaderValue::from_static("POST"))
}

/// Of what takes either.
pub(in crate::http) async fn of_both(_: AtServer, headers: HeaderMap) -> Response {
    answer(&headers, HeaderValue::from_static("GET, POST"))
}

/// Of the API that signs users in. Okta: 200, and the media type may be said, as recorded.
pub(in crate::http) async fn of_api(_: AtServer, headers: HeaderMap) -> Response {
    let mut response = answer(&headers, HeaderValue::from_static("POST, OPTIONS"));
    *response.status_mut() = StatusCode::OK;
    if let Some(asked) = response.headers_mut().get_mut(header::ACCESS_CONTROL_ALLOW_HEADERS)
        && let Ok(allowed) = HeaderValue::from_bytes(&[asked.as_bytes(), b",Content-Type"].concat())
    {
        *asked = allowed;
    }
    response
}

fn answer(request: &HeaderMap, methods: HeaderValue) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    let asked = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(asked) = asked.filter(|asked| asked.to_str().is_ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}
