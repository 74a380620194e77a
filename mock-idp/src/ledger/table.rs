//! One table, and the operations on one of its records.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use mock_idp_core::ledger::{LedgerError, RecordSize};

use super::entries::{Bound, Entries, Version};
use super::memory::MemoryTables;
use super::store::Store;

/// What can be stored.
pub(crate) trait StoredRecord:
    Clone + fmt::Debug + Send + RecordSize + Serialize + DeserializeOwned + 'static
{
}

impl<T: Clone + fmt::Debug + Send + RecordSize + Serialize + DeserializeOwned + 'static> StoredRecord for T {}

/// A row of the list of tables.
#[derive(Debug)]
pub(super) struct Definition<T: 'static> {
    pub(super) name: &'static str,
    pub(super) bound: Bound,
    pub(super) entries: fn(&mut MemoryTables) -> &mut Entries<T>,
}

/// A value, and the version of the record that it was read from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Versioned<T> {
    pub(crate) value: T,
    pub(crate) version: Version,
}

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

#[expect(clippy::unused_async, reason = "stores outside this process' memory are awaited")]
impl<T: StoredRecord> Table<'_, T> {
    /// A copy of the record.
    pub(crate) async fn get(self, key: &str) -> Result<Option<T>, LedgerError> {
        self.read(key, T::clone).await
    }

    /// A copy of the record with its version, for a batch that depends on it.
    pub(crate) async fn get_versioned(self, key: &str) -> Result<Option<Versioned<T>>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let mut tables = memory.lock();
                let found = (self.definition.entries)(&mut tables).get(key, self.now);
                Ok(found.map(|(value, version)| Versioned { value: value.clone(), version }))
            }
            #[cfg(test)]
            Store::Bytes(store) => super::byte_store::get(&**store, self, key),
        }
    }

    /// Reads something of a record without copying it all.
    pub(crate) async fn read<R>(self, key: &str, read: impl FnOnce(&T) -> R) -> Result<Option<R>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let mut tables = memory.lock();
                let found = (self.definition.entries)(&mut tables).get(key, self.now);
                Ok(found.map(|(value, _)| read(value)))
            }
            #[cfg(test)]
            Store::Bytes(store) => Ok(super::byte_store::get(&**store, self, key)?.map(|found| read(&found.value))),
        }
    }

    /// Writes a record, whether there is one or not.
    pub(crate) async fn put(self, key: &str, value: T, expires: i64) -> Result<(), LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let mut tables = memory.lock();
                (self.definition.entries)(&mut tables).put(key, value, expires, self.now, self.definition.bound);
                Ok(())
            }
            #[cfg(test)]
            Store::Bytes(store) => super::byte_store::put(&**store, self, key, &value, expires),
        }
    }

    /// Writes a record unless there is one; whether it was written. This makes values single-use that clients have chosen.
    pub(crate) async fn put_if_absent(self, key: &str, value: T, expires: i64) -> Result<bool, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let mut tables = memory.lock();
                let entries = (self.definition.entries)(&mut tables);
                let absent = entries.get(key, self.now).is_none();
                if absent {
                    entries.put(key, value, expires, self.now, self.definition.bound);
                }
                Ok(absent)
            }
            #[cfg(test)]
            Store::Bytes(store) => super::byte_store::put_if_absent(&**store, self, key, &value, expires),
        }
    }

    /// Reads and removes a record in one step. This makes a record single-use under any concurrency.
    pub(crate) async fn take(self, key: &str) -> Result<Option<T>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let mut tables = memory.lock();
                Ok((self.definition.entries)(&mut tables).take(key, self.now))
            }
            #[cfg(test)]
            Store::Bytes(store) => super::byte_store::take(&**store, self, key),
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
        #[cfg_attr(not(test), expect(unused_mut, reason = "only other stores run the change more than once"))]
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<Option<Versioned<R>>, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let mut tables = memory.lock();
                let updated =
                    (self.definition.entries)(&mut tables).update(key, self.now, self.definition.bound, change);
                Ok(updated.map(|(value, version)| Versioned { value, version }))
            }
            #[cfg(test)]
            Store::Bytes(store) => super::byte_store::update(&**store, self, key, &mut change),
        }
    }
}
