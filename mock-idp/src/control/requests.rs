//! `/_mock/requests`: the org's journal.

use axum::Json;
use http::StatusCode;
use mock_idp_core::preview::Why;
use mock_idp_core::protocol::Parameters;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::journal::{CAPACITY, JournalEntry};
use crate::routing::{At, PathParameters, Query};

/// Without `?limit=`.
const DEFAULT_LIMIT: usize = 100;

/// The newest first, without their notes.
pub(super) async fn latest(At(address): At, Query(query): Query) -> Result<Json<Vec<JournalEntry>>, ControlError> {
    let limit = limit(&query).ok_or_else(|| {
        ControlError::bad_request("the query has more than a valid limit", format!("limit=1 to limit={CAPACITY}"))
    })?;
    Ok(Json(address.org.journal.latest(limit).into_iter().map(without_notes).collect()))
}

/// Without a query: [`DEFAULT_LIMIT`]. `None` for anything but `limit=NUMBER`.
fn limit(query: &Parameters) -> Option<usize> {
    let mut given = query.iter();
    match (given.next(), given.next()) {
        (None, _) => Some(DEFAULT_LIMIT),
        (Some(("limit", limit)), None) => limit.parse().ok(),
        _ => None,
    }
}

fn without_notes(entry: JournalEntry) -> JournalEntry {
    JournalEntry { notes: Vec::new(), ..entry }
}

pub(super) async fn one(At(address): At, path: PathParameters) -> Result<Json<Value>, ControlError> {
    let request_id = path.get("request_id");
    let entry = address.org.journal.find(&request_id).ok_or_else(|| unknown(&address, &request_id))?;
    let mut shown = json!(entry);
    if let Some(fields) = shown.as_object_mut().filter(|_| !entry.notes.is_empty()) {
        fields.insert("why".to_owned(), json!(Why::of(&entry.notes)));
    }
    Ok(Json(shown))
}

pub(super) fn unknown(address: &Address, request_id: &str) -> ControlError {
    ControlError::new(
        StatusCode::NOT_FOUND,
        format!("the journal of {:?} has no request {request_id:?}", address.org.name),
        format!("the x-okta-request-id of one of the last {CAPACITY} answers of this org"),
    )
}
