//! The System Log: the events of each request, numbered in the order in which they were added.

use serde::{Deserialize, Serialize};

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
    pub events: Vec<LogEvent>,
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
