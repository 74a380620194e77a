//! One table, and the operations on one of its records.

use mock_idp_core::ledger::LedgerError;

use super::entries::{Entries, Version, Versioned};
use super::memory::{Definition, Written};
use super::record::StoredRecord;
use super::store::Store;

/// The records of one kind, by key. Every operation fails when the store is unavailable.
#[derive(Debug)]
pub(crate) struct Table<'l, T: 'static> {
    pub(super) store: &'l Store,
    pub(super) definition: &'static Definition<T>,
    pub(super) now: i64,
}

impl<T> Clone for Table<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Table<'_, T> {}

impl<T: StoredRecord> Table<'_, T> {
    /// A copy of the record.
    pub(crate) async fn get(self, key: &str) -> Result<Option<T>, LedgerError> {
        self.read(key, T::clone).await
    }

    /// A copy of the record with its version, for a batch that depends on it.
    pub(crate) async fn get_versioned(self, key: &str) -> Result<Option<Versioned<T>>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let copy = |(value, version): (&T, Version)| Versioned { value: value.clone(), version };
                memory.read(self.definition, key, |entries| entries.get(key, self.now).map(copy)).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => super::byte_operations::get(&**store, self.record(key)).await,
        }
    }

    /// Reads something of a record without copying it all.
    pub(crate) async fn read<R>(self, key: &str, read: impl FnOnce(&T) -> R) -> Result<Option<R>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let read = |entries: &mut Entries<T>| entries.get(key, self.now).map(|(value, _)| read(value));
                memory.read(self.definition, key, read).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => {
                Ok(super::byte_operations::get(&**store, self.record(key)).await?.map(|found| read(&found.value)))
            }
        }
    }

    /// Copies of records, in the order of their keys. The store is asked once for all of them.
    pub(crate) async fn get_all(self, keys: &[String]) -> Result<Vec<Option<T>>, LedgerError> {
        match self.store {
            Store::Memory(memory) => memory.read_all(self.definition, keys, self.now).await,
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => super::byte_operations::get_all(&**store, self.definition, keys, self.now).await,
        }
    }

    /// Writes a record, whether there is one or not.
    pub(crate) async fn put(self, key: &str, value: T, expires: i64) -> Result<(), LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let put = |entries: &mut Entries<T>| {
                    entries.put(key, value, expires, self.now, self.definition.bound);
                    Written { result: (), changed: true }
                };
                memory.write(self.definition, key, put).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => super::byte_operations::put(&**store, self.record(key), &value, expires).await,
        }
    }

    /// Writes a record unless there is one; whether it was written. This makes values single-use that clients have chosen.
    pub(crate) async fn put_if_absent(self, key: &str, value: T, expires: i64) -> Result<bool, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let put = |entries: &mut Entries<T>| {
                    let absent = entries.get(key, self.now).is_none();
                    if absent {
                        entries.put(key, value, expires, self.now, self.definition.bound);
                    }
                    Written { result: absent, changed: absent }
                };
                memory.write(self.definition, key, put).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => {
                super::byte_operations::put_if_absent(&**store, self.record(key), &value, expires).await
            }
        }
    }

    /// Reads and removes a record in one step. This makes a record single-use under any concurrency.
    pub(crate) async fn take(self, key: &str) -> Result<Option<T>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let take = |entries: &mut Entries<T>| {
                    let changed = entries.stored(key).is_some();
                    Written { result: entries.take(key, self.now), changed }
                };
                memory.write(self.definition, key, take).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => super::byte_operations::take(&**store, self.record(key)).await,
        }
    }

    /// Changes a record and returns what the change returns; `None` when there is no record. The change must be pure: a store that
    /// compares and swaps versions runs it again when another request was faster.
    pub(crate) async fn update<R>(self, key: &str, change: impl FnMut(&mut T) -> R) -> Result<Option<R>, LedgerError> {
        Ok(self.update_versioned(key, change).await?.map(|updated| updated.value))
    }

    /// The same, with the version of the changed record.
    pub(crate) async fn update_versioned<R>(
        self,
        key: &str,
        #[cfg_attr(
            not(any(test, feature = "redis")),
            expect(unused_mut, reason = "only shared stores run the change more than once")
        )]
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<Option<Versioned<R>>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let update = |entries: &mut Entries<T>| {
                    let updated = entries.update(key, self.now, self.definition.bound, change);
                    let result = updated.map(|(value, version)| Versioned { value, version });
                    Written { changed: result.is_some(), result }
                };
                memory.write(self.definition, key, update).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => super::byte_operations::update(&**store, self.record(key), &mut change).await,
        }
    }

    #[cfg(any(test, feature = "redis"))]
    fn record(self, key: &str) -> super::byte_operations::RecordAt<'_, T> {
        super::byte_operations::RecordAt { definition: self.definition, key, now: self.now }
    }
}
