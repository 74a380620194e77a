//! The System Log: the events of each request, numbered in the order in which they were added.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::system_log::LogEvent;

/// The events of one request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// Milliseconds since 1970, by the org's clock.
    pub published: i64,
    /// The id of the request.
    pub request_id: String,
    /// Whether it was a request; otherwise the server did something by itself.
    pub is_request: bool,
    /// The address of the client.
    pub address: String,
    pub user_agent: Option<String>,
    /// The path, without query and secrets.
    pub path: String,
    /// Id of the API token that the request had.
    pub api_token_id: Option<String>,
    pub events: PackedEvents,
}

/// Events as JSON text, in one piece of memory: thousands are stored for each one that is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackedEvents(Arc<RawValue>);

impl PackedEvents {
    #[must_use]
    pub fn of(events: &[LogEvent]) -> Self {
        // All their types can be serialized.
        Self(to_raw_value(events).unwrap_or_default().into())
    }

    #[must_use]
    pub fn unpack(&self) -> Vec<LogEvent> {
        serde_json::from_str(self.0.get()).unwrap_or_default()
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.get().len()
    }
}

impl PartialEq for PackedEvents {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl LoggedRequest {
    /// Okta: seconds for which the log is kept.
    pub const LIFETIME: i64 = 90 * 24 * 3600;

    /// The key of a record.
    #[must_use]
    pub fn key(number: u64) -> String {
        format!("{number:016x}")
    }
}

/// The number of the next record.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct LogPosition {
    pub next: u64,
}

impl LogPosition {
    /// The key of the only record.
    pub const KEY: &'static str = "position";
}
