//! Rows that changes of an org have to store.

use mock_idp_core::ledger::LedgerError;
use parking_lot::Mutex;

use crate::ledger::OrgRow;

/// The rows that changes of the org have to store. Numbers count the changes.
#[derive(Debug, Default)]
pub(super) struct UnstoredRows {
    pub(super) waiting: Mutex<Waiting>,
    /// Locked while rows are stored.
    pub(super) storing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) rows: Vec<OrgRow>,
    /// The number of the last change.
    pub(super) made: u64,
    pub(super) stored: u64,
    /// Why the changes up to a number are not stored.
    pub(super) failed: Option<(u64, LedgerError)>,
}

impl UnstoredRows {
    /// Adds the rows of a change.
    pub(super) fn add(&self, rows: Vec<OrgRow>) {
        let mut waiting = self.waiting.lock();
        waiting.made += 1;
        waiting.rows.extend(rows);
    }

    /// What waits is in the store, or not wanted any more.
    pub(super) fn clear(&self) {
        let mut waiting = self.waiting.lock();
        waiting.rows.clear();
        waiting.stored = waiting.made;
    }
}
