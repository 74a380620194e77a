//! The ledger: the records that sign-ins leave behind, and everything else that several processes of one org would have to share
//! (key rotations, the nonce secret, the clock's setting).
//!
//! The operations are few, asynchronous, atomic and fallible, so that a file or a server can store the records too. A record has an
//! expiry, which is judged by the org's clock; a store may remove expired records, and nothing depends on when it does.

mod batch;
#[cfg(test)]
mod byte_store;
mod entries;
mod list;
mod memory;
mod saved;
mod store;
mod table;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use batch::Batch;
pub(crate) use entries::{NEVER, Version};
pub(crate) use mock_idp_core::ledger::LedgerError;
pub(crate) use saved::{SavedTables, SavedTablesError};
pub(crate) use table::{StoredRecord, Table, Versioned};
pub(crate) use tables::LedgerAt;

use store::Store;

/// All records of one org.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    store: Store,
}

impl Ledger {
    #[cfg(test)]
    pub(crate) fn in_store(store: std::sync::Arc<dyn byte_store::ByteStore>) -> Self {
        Self { store: Store::Bytes(store) }
    }

    /// The records that have not expired at `now`, in seconds since 1970 by the org's clock.
    pub(crate) fn at(&self, now: i64) -> LedgerAt<'_> {
        LedgerAt { store: &self.store, now }
    }

    /// Changes whenever another process may have set the org's clock. `None` if no other process shares the store. A shared store
    /// is notified of changes, so that no request has to ask for it.
    pub(crate) fn clock_revision(&self) -> Option<u64> {
        match &self.store {
            Store::Memory(_) => None,
            #[cfg(test)]
            Store::Bytes(store) => Some(store.clock_revision()),
        }
    }

    /// All records that have not expired at `now`.
    ///
    /// # Errors
    /// The store is unavailable, or is not in this process' memory.
    pub(crate) fn save(&self, now: i64) -> Result<SavedTables, LedgerError> {
        match &self.store {
            Store::Memory(memory) => {
                memory.save(now).map_err(|error| LedgerError::Unavailable(format!("a record cannot be saved: {error}")))
            }
            #[cfg(test)]
            Store::Bytes(_) => Err(LedgerError::Unavailable("it cannot list its records".to_owned())),
        }
    }

    /// Replaces all records by saved ones.
    ///
    /// # Errors
    /// A table is unknown, or has a record that cannot be read; nothing is changed then.
    pub(crate) fn load(&self, saved: SavedTables, now: i64) -> Result<(), SavedTablesError> {
        match &self.store {
            Store::Memory(memory) => memory.load(saved, now),
            #[cfg(test)]
            Store::Bytes(_) => Ok(()),
        }
    }

    /// Removes all records, except those of revoked access tokens: the tokens stay valid by themselves, and must stay revoked.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn clear(&self) -> Result<(), LedgerError> {
        match &self.store {
            Store::Memory(memory) => memory.clear(),
            #[cfg(test)]
            Store::Bytes(store) => store.clear_except("revoked_access_tokens")?,
        }
        Ok(())
    }
}
