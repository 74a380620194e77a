//! Errors of the control API: what is wrong, and what is expected.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::org::Problems;
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

impl From<LedgerError> for ControlError {
    fn from(error: LedgerError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string(), Value::Null)
    }
}

impl From<Problems> for ControlError {
    fn from(problems: Problems) -> Self {
        Self::bad_request(problems.to_string(), Value::Null)
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error, "expected": self.expected }))).into_response()
    }
}

/// The body as the wanted type.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8], expected: &'static str) -> Result<T, ControlError> {
    serde_json::from_slice(body)
        .map_err(|error| ControlError::bad_request(format!("the body is invalid: {error}"), expected))
}
