//! `/_mock/requests`: the org's journal.

use std::time::Duration;

use axum::Json;
use http::StatusCode;
use mock_idp_core::preview::Why;
use mock_idp_core::protocol::Parameters;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::control::request_filter::RequestFilter;
use crate::journal::{CAPACITY, JournalEntry};
use crate::routing::{At, PathParameters, Query};

/// Without `?limit=`.
const DEFAULT_LIMIT: usize = 100;

/// The longest time that a request waits for others, in seconds.
pub(super) const MAX_WAIT: usize = 300;

/// Without `?timeout=`, in seconds.
pub(super) const DEFAULT_WAIT: usize = 30;

/// The newest that fit, without their notes.
pub(super) async fn latest(At(address): At, Query(query): Query) -> Result<Json<Vec<JournalEntry>>, ControlError> {
    let limit = number(&query, "limit", CAPACITY)?.unwrap_or(DEFAULT_LIMIT);
    let filter = RequestFilter::read(&address.org, &query)?;
    let with_messages = with_messages(&query)?;
    let mut found = filter.select(entries(&address, with_messages));
    found.truncate(limit);
    Ok(Json(found.into_iter().map(listed).collect()))
}

/// The requests that fit, as soon as there are enough.
pub(super) async fn wait(At(address): At, Query(query): Query) -> Result<Json<Vec<JournalEntry>>, ControlError> {
    let count = number(&query, "count", CAPACITY)?.unwrap_or(1);
    let seconds = number(&query, "timeout", MAX_WAIT)?.unwrap_or(DEFAULT_WAIT);
    let with_messages = with_messages(&query)?;
    let filter = RequestFilter::read(&address.org, &query)?;
    let mut added = address.org.journal.watch();
    let enough = async {
        loop {
            added.mark_unchanged();
            let found = filter.select(entries(&address, with_messages));
            // The sender lives as long as the org.
            if found.len() >= count || added.changed().await.is_err() {
                return found;
            }
        }
    };
    let limit = Duration::from_secs(seconds.try_into().unwrap_or(u64::MAX));
    let found = tokio::time::timeout(limit, enough).await.map_err(|_| {
        let found = filter.select(entries(&address, false)).len();
        let error = format!("{found} of {count} requests fit after {seconds} seconds");
        ControlError::new(StatusCode::REQUEST_TIMEOUT, error, "requests that fit, or a larger timeout")
    })?;
    Ok(Json(found.into_iter().map(listed).collect()))
}

/// The newest first.
fn entries(address: &Address, with_messages: bool) -> Vec<JournalEntry> {
    let journal = &address.org.journal;
    if with_messages { journal.latest_with_messages(CAPACITY) } else { journal.latest(CAPACITY) }
}

/// Whether the list has the messages too.
fn with_messages(query: &Parameters) -> Result<bool, ControlError> {
    match query.get("messages") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let error = format!("messages: {other:?} is neither true nor false");
            Err(ControlError::bad_request(error, vec!["true", "false"]))
        }
    }
}

/// A whole number from 1 to `most`.
pub(super) fn number(query: &Parameters, name: &str, most: usize) -> Result<Option<usize>, ControlError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.map(Some).ok_or_else(|| {
        ControlError::bad_request(
            format!("{name}: {text:?} is not a number from 1 to {most}"),
            format!("{name}=1 to {name}={most}"),
        )
    })
}

/// An entry of a list: without its notes.
fn listed(entry: JournalEntry) -> JournalEntry {
    JournalEntry { notes: Vec::new(), ..entry }
}

pub(super) async fn one(At(address): At, path: PathParameters) -> Result<Json<Value>, ControlError> {
    let request_id = path.get("request_id");
    let entry = address.org.journal.find(&request_id).ok_or_else(|| unknown(&address, &request_id))?;
    let mut shown = json!(entry);
    if let Some(fields) = shown.as_object_mut().filter(|_| !entry.notes.is_empty()) {
        fields.insert("why".to_owned(), json!(Why::of(&entry.notes)));
    }
    let events = entry.events();
    if !events.is_empty() {
        shown["events"] = events.into();
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
