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
mod store;
mod table;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use batch::Batch;
pub(crate) use entries::Version;
pub(crate) use mock_idp_core::ledger::LedgerError;
pub(crate) use table::{StoredRecord, Table, Versioned};
pub(crate) use tables::LedgerAt;

use store::Store;

/// A record that never expires.
pub(crate) const NEVER: i64 = i64::MAX;

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
