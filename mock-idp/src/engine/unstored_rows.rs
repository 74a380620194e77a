//! Rows that changes of an org have to store.

use std::sync::atomic::AtomicU64;

use mock_idp_core::ledger::LedgerError;
use parking_lot::Mutex;
use rand::RngExt as _;

use crate::ledger::OrgRow;

/// The rows that changes of the org have to store. Numbers count the changes.
#[derive(Debug)]
pub(super) struct UnstoredRows {
    pub(super) waiting: Mutex<Waiting>,
    /// Locked while a request may change the org, if other processes can change it too.
    pub(super) changing: tokio::sync::Mutex<()>,
    /// The name of this process for other processes.
    pub(super) owner: String,
    /// Locked while rows are stored.
    pub(super) storing: tokio::sync::Mutex<()>,
    /// The revision of the org that the current snapshot has, or continues.
    pub(super) revision: AtomicU64,
}

#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// With the number of the change that each belongs to.
    pub(super) rows: Vec<(u64, OrgRow)>,
    /// The number of the last change.
    pub(super) made: u64,
    pub(super) stored: u64,
    /// Why the changes up to a number are not stored.
    pub(super) failed: Option<(u64, LedgerError)>,
}

impl Default for UnstoredRows {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            owner: format!("{:032x}", rand::rng().random::<u128>()),
            storing: tokio::sync::Mutex::default(),
            revision: AtomicU64::new(0),
        }
    }
}

impl UnstoredRows {
    /// Adds the rows of a change.
    pub(super) fn add(&self, rows: Vec<OrgRow>) {
        let mut waiting = self.waiting.lock();
        waiting.made += 1;
        let number = waiting.made;
        waiting.rows.extend(rows.into_iter().map(|row| (number, row)));
    }

    /// What waits is in the store, or not wanted any more.
    pub(super) fn clear(&self) {
        let mut waiting = self.waiting.lock();
        waiting.rows.clear();
        waiting.stored = waiting.made;
    }

    /// Changes that wait are lost, because the org is loaded from the store.
    pub(super) fn lose(&self, why: &str) {
        let mut waiting = self.waiting.lock();
        if waiting.stored < waiting.made {
            let lost = LedgerError::Unavailable(why.to_owned());
            waiting.failed = Some((waiting.made, lost));
            waiting.rows.clear();
            waiting.stored = waiting.made;
        }
    }

    /// What to store, and the number of the last change. The rows wait until [`Self::finish`]: a request that ends while they are being
    /// stored does not lose them.
    pub(super) fn to_store(&self) -> (Vec<OrgRow>, u64) {
        let waiting = self.waiting.lock();
        (waiting.rows.iter().map(|(_, row)| row.clone()).collect(), waiting.made)
    }

    /// The changes up to a number are stored, or cannot be.
    pub(super) fn finish(&self, last: u64, error: Option<LedgerError>) {
        let mut waiting = self.waiting.lock();
        waiting.stored = waiting.stored.max(last);
        waiting.rows.retain(|(number, _)| *number > last);
        if let Some(error) = error {
            waiting.failed = Some((last, error));
        }
    }

    /// Whether all changes are stored; an error if one after this number could not be. `None` if some wait.
    pub(super) fn settled(&self, began: u64) -> Option<Result<(), LedgerError>> {
        let waiting = self.waiting.lock();
        match &waiting.failed {
            Some((until, error)) if began < *until => Some(Err(error.clone())),
            _ => (waiting.stored >= waiting.made).then_some(Ok(())),
        }
    }
}
