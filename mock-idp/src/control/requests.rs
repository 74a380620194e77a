//! `/_mock/requests`: the org's journal.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::{Extension, Json};
use http::StatusCode;
use mock_idp_core::preview::Why;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::journal::{CAPACITY, Entry};

/// Without `?limit=`.
const LIMIT: usize = 100;

/// The newest first. The notes of an entry are told where it is asked for by its id.
pub(super) async fn latest(
    Extension(address): Extension<Arc<Address>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Value>>, ControlError> {
    let limit = match query.as_deref().unwrap_or_default() {
        "" => LIMIT,
        query => query.strip_prefix("limit=").and_then(|limit| limit.parse().ok()).ok_or_else(|| {
            ControlError::bad_request(format!("{query:?} is no query of this"), format!("limit=1 to limit={CAPACITY}"))
        })?,
    };
    Ok(Json(address.org.journal.latest(limit).iter().map(without_notes).collect()))
}

fn without_notes(entry: &Entry) -> Value {
    let mut value = json!(entry);
    if let Some(fields) = value.as_object_mut() {
        fields.shift_remove("notes");
    }
    value
}

pub(super) async fn one(
    Extension(address): Extension<Arc<Address>>,
    Path(request_id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    let entry = address.org.journal.find(&request_id).ok_or_else(|| unknown(&address, &request_id))?;
    let mut told = json!(entry);
    if let Some(fields) = told.as_object_mut().filter(|_| !entry.notes.is_empty()) {
        fields.insert("why".to_owned(), json!(Why::of(&entry.notes)));
    }
    Ok(Json(told))
}

pub(super) fn unknown(address: &Address, request_id: &str) -> ControlError {
    ControlError::new(
        StatusCode::NOT_FOUND,
        format!("the journal of {:?} has no request {request_id:?}", address.org.name),
        format!("the x-okta-request-id of one of the last {CAPACITY} answers of this org"),
    )
}
