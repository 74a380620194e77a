//! Errors of the control API: what is wrong, and what is expected.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::org::Problems;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An error, and its status.
#[derive(Debug, PartialEq)]
pub(crate) struct ControlError {
    status: StatusCode,
    body: ErrorBody,
}

/// The JSON of an error.
#[derive(Debug, JsonSchema, PartialEq, Serialize)]
#[schemars(rename = "Error")]
pub(super) struct ErrorBody {
    /// What is wrong.
    error: String,
    /// What would be right.
    expected: Value,
}

impl ControlError {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>, expected: impl Into<Value>) -> Self {
        Self { status, body: ErrorBody { error: error.into(), expected: expected.into() } }
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
        let mut response = (self.status, Json(self.body)).into_response();
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The body as the wanted type.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8], expected: &'static str) -> Result<T, ControlError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!("{path}: ") };
        format!("{place}{}", error.inner())
    });
    let parsed = parsed.and_then(|value| reader.end().map(|()| value).map_err(|error| error.to_string()));
    parsed.map_err(|error| ControlError::bad_request(format!("the body is invalid: {error}"), expected))
}

/// The same. No body stands for an empty object.
pub(super) fn parse_optional<T: DeserializeOwned>(body: &[u8], expected: &'static str) -> Result<T, ControlError> {
    parse(if body.is_empty() { b"{}" } else { body }, expected)
}
