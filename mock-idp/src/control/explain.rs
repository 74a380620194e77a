//! `/_mock/explain`: the outcome of a token request that is not made, and the reasons.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::org::Org;
use mock_idp_core::preview::{BadParameter, PARAMETERS, Preview, Question, Remedies, Report};
use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::preview;
use crate::routing::{At, Query};

pub(super) async fn get(At(address): At, Query(parameters): Query) -> Response {
    answer(&address, parameters.iter()).await
}

pub(super) async fn post(At(address): At, body: Bytes) -> Response {
    let fields: Map<String, Value> = match serde_json::from_slice(&body) {
        Ok(fields) => fields,
        Err(error) => {
            let error = format!("the body is invalid: {error}");
            return ControlError::bad_request(error, "a JSON object with the parameters").into_response();
        }
    };
    let given: Vec<(String, String)> = fields.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    answer(&address, given.iter().map(|(name, value)| (name.as_str(), value.as_str()))).await
}

/// A JSON value as a query parameter. Lists are separated by spaces.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

async fn answer<'p>(address: &Address, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Response {
    let org = address.org.org();
    let question = match Question::read(&org, parameters) {
        Ok(question) => question,
        Err(bad) => return refused(bad),
    };
    let report = |org: &Org, question: &Question, preview: Preview, remedies: Remedies| {
        Json(Report::new(org, question, preview, remedies)).into_response()
    };
    preview::explain(&address.org, address.urls(), question, report).await
}

fn refused(bad: BadParameter) -> Response {
    let parameters: Map<String, Value> =
        PARAMETERS.iter().map(|(name, what)| ((*name).to_owned(), (*what).into())).collect();
    let body = json!({
        "error": bad.error,
        "parameter": bad.parameter,
        "expected": bad.allowed,
        "parameters": parameters,
    });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
