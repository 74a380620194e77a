//! The records of a ledger as they are saved and loaded.

use mock_idp_core::ledger::{ClockSetting, LedgerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entries::NEVER;
use super::list::CLOCK_TABLE;

/// A record as it is saved.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedRecord<T> {
    pub(super) key: String,
    /// The first second at which the record is gone; none if it never expires.
    pub(super) expires: Option<i64>,
    pub(super) value: T,
}

impl<T> SavedRecord<T> {
    pub(super) fn new(key: &str, expires: i64, value: T) -> Self {
        Self { key: key.to_owned(), expires: Some(expires).filter(|expires| *expires != NEVER), value }
    }

    pub(super) fn expires(&self) -> i64 {
        self.expires.unwrap_or(NEVER)
    }
}

/// The tables of a ledger by name: lists of records, ordered by key.
pub(crate) type SavedTables = Map<String, Value>;

/// The only record of the table of the clock's setting.
pub(super) fn clock_records(clock: ClockSetting) -> Result<Value, SavedTablesError> {
    let records = [SavedRecord::new(ClockSetting::KEY, NEVER, clock)];
    serde_json::to_value(records).map_err(|error| SavedTablesError::Records { table: CLOCK_TABLE, error })
}

/// Why tables cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavedTablesError {
    #[error("the ledger has no table `{0}`")]
    UnknownTable(String),
    #[error("the table `{table}`: {error}")]
    Records { table: &'static str, error: serde_json::Error },
    #[error("{0}")]
    Store(#[from] LedgerError),
}
