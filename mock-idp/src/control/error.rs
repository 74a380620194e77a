//! Errors of the control API: what was wrong, and what would have been right.

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// `{"error": …, "expected": …}`.
#[derive(Debug, PartialEq)]
pub(crate) struct ControlError {
    status: StatusCode,
    error: String,
    expected: Value,
}

impl ControlError {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>, expected: impl Into<Value>) -> Self {
        Self { status, error: error.into(), expected: expected.into() }
    }

    pub(crate) fn bad_request(error: impl Into<String>, expected: impl Into<Value>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, expected)
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error, "expected": self.expected }))).into_response()
    }
}

/// The body as the type that an endpoint wants; the error says what it wants.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8], expected: &'static str) -> Result<T, ControlError> {
    serde_json::from_slice(body)
        .map_err(|error| ControlError::bad_request(format!("the body does not fit: {error}"), expected))
}

pub(super) async fn not_found(request: Request) -> ControlError {
    ControlError::new(
        StatusCode::NOT_FOUND,
        format!("nothing is at {}", request.uri().path()),
        json!([
            "/_mock/info",
            "/_mock/ciba",
            "/_mock/clock",
            "/_mock/faults",
            "/_mock/consents",
            "/_mock/explain",
            "/_mock/console/preview",
            "/_mock/console/requests",
            "/_mock/console/requests/{id}",
            "/_mock/requests",
            "/_mock/requests/{id}",
            "/_mock/reset"
        ]),
    )
}

pub(super) async fn method_not_allowed(request: Request) -> ControlError {
    let expected = match request.uri().path() {
        "/_mock/faults" => json!(["GET", "POST", "DELETE"]),
        "/_mock/ciba" | "/_mock/clock" | "/_mock/explain" => json!(["GET", "POST"]),
        "/_mock/reset" => json!(["POST"]),
        _ => json!(["GET"]),
    };
    let error = format!("{} does not work here", request.method());
    ControlError::new(StatusCode::METHOD_NOT_ALLOWED, error, expected)
}
