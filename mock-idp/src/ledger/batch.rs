//! Writes that are committed together: all of them or none.

use std::fmt;

use mock_idp_core::ledger::LedgerError;

#[cfg(any(test, feature = "redis"))]
use super::byte_operations::{Found, find, put_change, unreadable};
#[cfg(any(test, feature = "redis"))]
use super::byte_store::{ByteChange, ByteStore, ByteWrite, Expected, Stored};
use super::entries::{Entries, Version};
use super::log::LoggedChange;
use super::memory::{Definition, MemoryTables, MemoryWrite, changes};
use super::record::StoredRecord;
use super::store::Store;
use super::table::Table;

/// Writes to records of any tables, and conditions that must hold when they are committed.
#[must_use = "a batch writes nothing until it is committed"]
pub(crate) struct Batch<'l> {
    store: &'l Store,
    now: i64,
    writes: Vec<Box<dyn Write>>,
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("now", &self.now).field("writes", &self.writes.len()).finish_non_exhaustive()
    }
}

impl<'l> Batch<'l> {
    pub(super) fn new(store: &'l Store, now: i64) -> Self {
        Self { store, now, writes: Vec::new() }
    }

    /// Writes a record.
    pub(crate) fn put<T: StoredRecord>(&mut self, table: Table<'l, T>, key: &str, value: T, expires: i64) {
        self.add(table, key, Change::Put { value, expires });
    }

    /// Writes a record that is not there yet. Otherwise nothing is written.
    pub(crate) fn put_new<T: StoredRecord>(&mut self, table: Table<'l, T>, key: &str, value: T, expires: i64) {
        self.add(table, key, Change::PutNew { value, expires });
    }

    /// Replaces the value of a record that still has this version. Otherwise nothing is written.
    pub(crate) fn replace<T: StoredRecord>(&mut self, table: Table<'l, T>, key: &str, version: Version, value: T) {
        self.add(table, key, Change::Replace { version, value, expires: None });
    }

    /// The same; the record expires at `expires` if that is later than before.
    pub(crate) fn replace_until<T: StoredRecord>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        version: Version,
        value: T,
        expires: i64,
    ) {
        self.add(table, key, Change::Replace { version, value, expires: Some(expires) });
    }

    /// Removes a record.
    pub(crate) fn delete<T: StoredRecord>(&mut self, table: Table<'l, T>, key: &str) {
        self.add(table, key, Change::Delete);
    }

    /// Changes a record, if there is one when the batch is committed. The change must be pure.
    pub(crate) fn update<T: StoredRecord>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        change: impl Fn(&mut T) + Send + Sync + 'static,
    ) {
        self.add(table, key, Change::Update { change: Box::new(change), expires: None, or_insert: None });
    }

    /// The same; the record expires at `expires` if that is later than before.
    pub(crate) fn update_until<T: StoredRecord>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        expires: i64,
        change: impl Fn(&mut T) + Send + Sync + 'static,
    ) {
        self.add(table, key, Change::Update { change: Box::new(change), expires: Some(expires), or_insert: None });
    }

    /// Changes a record, or a default one if there is none when the batch is committed. The change must be pure.
    pub(crate) fn update_or_default<T: StoredRecord + Default>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        expires: i64,
        change: impl Fn(&mut T) + Send + Sync + 'static,
    ) {
        self.add(
            table,
            key,
            Change::Update { change: Box::new(change), expires: None, or_insert: Some((T::default(), expires)) },
        );
    }

    /// Nothing is written unless the record still has this version.
    pub(crate) fn require_version<T: StoredRecord>(&mut self, table: Table<'l, T>, key: &str, version: Version) {
        self.add(table, key, Change::RequireVersion(version));
    }

    /// Nothing is written unless there is a record that meets the condition.
    pub(crate) fn require<T: StoredRecord>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        condition: impl Fn(&T) -> bool + Send + Sync + 'static,
    ) {
        self.add(table, key, Change::Require(Box::new(condition)));
    }

    fn add<T: StoredRecord>(&mut self, table: Table<'l, T>, key: &str, change: Change<T>) {
        self.writes.push(Box::new(TypedWrite { definition: table.definition, key: key.to_owned(), change }));
    }

    /// Writes all or nothing.
    ///
    /// # Errors
    /// A condition is not met, or the store is unavailable.
    pub(crate) async fn commit(self) -> Result<(), LedgerError> {
        if self.writes.is_empty() {
            return Ok(());
        }
        match self.store {
            Store::Memory(memory) => {
                let writes = self.writes.into_iter().map(|write| write as Box<dyn MemoryWrite>).collect();
                memory.commit(writes, self.now).await
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => commit(&**store, &self.writes, self.now).await,
        }
    }
}

/// One write, whatever its record.
pub(super) trait Write: MemoryWrite {
    /// The write as a store of bytes makes it, after the earlier ones of the batch; `None` if there is nothing to write.
    #[cfg(any(test, feature = "redis"))]
    fn to_bytes<'w>(
        &'w self,
        store: &'w dyn ByteStore,
        earlier: &'w [ByteWrite],
        now: i64,
    ) -> Stored<'w, Option<ByteWrite>>;

    /// The write, if it can be made without reading the record: the store compares the version.
    #[cfg(any(test, feature = "redis"))]
    fn to_bytes_unread(&self, earlier: &[ByteWrite]) -> Result<Option<ByteWrite>, LedgerError>;
}

pub(super) struct TypedWrite<T: 'static> {
    pub(super) definition: &'static Definition<T>,
    pub(super) key: String,
    pub(super) change: Change<T>,
}

pub(super) enum Change<T> {
    Put {
        value: T,
        expires: i64,
    },
    PutNew {
        value: T,
        expires: i64,
    },
    Replace {
        version: Version,
        value: T,
        /// The earliest expiry of the changed record.
        expires: Option<i64>,
    },
    Delete,
    Update {
        change: Box<dyn Fn(&mut T) + Send + Sync>,
        /// The earliest expiry of the changed record.
        expires: Option<i64>,
        /// The record to start from where there is none, and its expiry.
        or_insert: Option<(T, i64)>,
    },
    RequireVersion(Version),
    Require(Box<dyn Fn(&T) -> bool + Send + Sync>),
}

impl<T: StoredRecord> TypedWrite<T> {
    fn entries<'t>(&self, tables: &'t mut MemoryTables) -> &'t mut Entries<T> {
        (self.definition.entries)(tables)
    }
}

impl<T: StoredRecord> MemoryWrite for TypedWrite<T> {
    fn check(&self, tables: &mut MemoryTables, now: i64) -> Result<(), LedgerError> {
        let found = self.entries(tables).get(&self.key, now);
        let is_met = match &self.change {
            Change::RequireVersion(required) | Change::Replace { version: required, .. } => {
                found.is_some_and(|(_, version)| version == *required)
            }
            Change::PutNew { .. } => found.is_none(),
            Change::Require(condition) => found.is_some_and(|(value, _)| condition(value)),
            Change::Put { .. } | Change::Delete | Change::Update { .. } => true,
        };
        if is_met { Ok(()) } else { Err(LedgerError::Conflict { table: self.definition.name }) }
    }

    fn apply(
        self: Box<Self>,
        tables: &mut MemoryTables,
        now: i64,
        changed: Option<&mut Vec<LoggedChange>>,
    ) -> Result<(), LedgerError> {
        if matches!(self.change, Change::RequireVersion(_) | Change::Require(_)) {
            return Ok(());
        }
        let entries = self.entries(tables);
        let Self { definition, key, change } = *self;
        match change {
            Change::Put { value, expires } | Change::PutNew { value, expires } => {
                entries.put(&key, value, expires, now, definition.bound)
            }
            Change::Replace { value, expires, .. } => {
                _ = entries.update(&key, now, definition.bound, |stored| *stored = value);
                entries.extend(&key, now, expires);
            }
            Change::Delete => drop(entries.take(&key, now)),
            Change::Update { change, expires, or_insert } => {
                if entries.update(&key, now, definition.bound, |value| change(value)).is_some() {
                    entries.extend(&key, now, expires);
                } else if let Some((mut value, expires)) = or_insert {
                    change(&mut value);
                    entries.put(&key, value, expires, now, definition.bound);
                }
            }
            Change::RequireVersion(_) | Change::Require(_) => {}
        }
        if let Some(changed) = changed {
            changed.extend(changes(entries, definition.name, &key)?);
        }
        Ok(())
    }
}

impl<T: StoredRecord> Write for TypedWrite<T> {
    #[cfg(any(test, feature = "redis"))]
    fn to_bytes<'w>(
        &'w self,
        store: &'w dyn ByteStore,
        earlier: &'w [ByteWrite],
        now: i64,
    ) -> Stored<'w, Option<ByteWrite>> {
        Box::pin(self.as_bytes(store, earlier, now))
    }

    #[cfg(any(test, feature = "redis"))]
    fn to_bytes_unread(&self, earlier: &[ByteWrite]) -> Result<Option<ByteWrite>, LedgerError> {
        let (table, bound) = (self.definition.name, self.definition.bound);
        if earlier.iter().any(|write| write.table == table && write.key == self.key) {
            return Ok(None);
        }
        let (version, change) = match &self.change {
            Change::RequireVersion(version) => (version, ByteChange::Keep),
            Change::Replace { version, value, expires } => {
                let bytes = serde_json::to_vec(value).map_err(unreadable)?;
                (version, ByteChange::Extend { bytes, expires: expires.unwrap_or(0), bound })
            }
            _ => return Ok(None),
        };
        let expected = Expected::Version(Some(version.0));
        Ok(Some(ByteWrite { table, key: self.key.clone(), expected, change }))
    }
}

#[cfg(any(test, feature = "redis"))]
async fn commit(store: &dyn ByteStore, writes: &[Box<dyn Write>], now: i64) -> Result<(), LedgerError> {
    let mut first_attempt = true;
    loop {
        let mut bytes = Vec::new();
        for write in writes {
            let unread = if first_attempt { write.to_bytes_unread(&bytes)? } else { None };
            let write = match unread {
                Some(write) => Some(write),
                // A version that the batch requires and that is not there is a conflict at once.
                None => write.to_bytes(store, &bytes, now).await?,
            };
            bytes.extend(write);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        match store.commit(bytes, now).await {
            Err(LedgerError::Conflict { .. }) => first_attempt = false,
            other => return other.map(drop),
        }
    }
}

#[cfg(any(test, feature = "redis"))]
impl<T: StoredRecord> TypedWrite<T> {
    async fn as_bytes(
        &self,
        store: &dyn ByteStore,
        earlier: &[ByteWrite],
        now: i64,
    ) -> Result<Option<ByteWrite>, LedgerError> {
        let (table, bound) = (self.definition.name, self.definition.bound);
        let conflict = Err(LedgerError::Conflict { table });
        let one = |expected, change| Ok(Some(ByteWrite { table, key: self.key.clone(), expected, change }));
        if let Change::Put { value, expires } = &self.change {
            return one(Expected::Anything, put_change(value, *expires, bound)?);
        }
        if let Change::Delete = &self.change {
            return one(Expected::Anything, ByteChange::Delete);
        }
        let Found { version, live } = self.find(store, earlier, now).await?;
        let expected = Expected::Version(version);
        match &self.change {
            Change::Put { .. } | Change::Delete => Ok(None),
            Change::PutNew { .. } if live.is_some() => conflict,
            Change::PutNew { value, expires } => one(expected, put_change(value, *expires, bound)?),
            Change::Replace { version: required, value, expires } => match live {
                Some((_, known)) if version == Some(required.0) => {
                    let expires = expires.map_or(known, |new| new.max(known));
                    one(expected, put_change(value, expires, bound)?)
                }
                _ => conflict,
            },
            Change::RequireVersion(required) if live.is_some() && version == Some(required.0) => {
                one(expected, ByteChange::Keep)
            }
            Change::Require(condition) if live.as_ref().is_some_and(|(value, _)| condition(value)) => {
                one(expected, ByteChange::Keep)
            }
            Change::RequireVersion(_) | Change::Require(_) => conflict,
            Change::Update { change, expires, or_insert } => {
                let live = live.map(|(value, known)| (value, expires.map_or(known, |new| new.max(known))));
                let Some((mut value, expires)) = live.or_else(|| or_insert.clone()) else { return Ok(None) };
                change(&mut value);
                one(expected, put_change(&value, expires, bound)?)
            }
        }
    }

    /// The record as the earlier writes of the batch leave it.
    async fn find(&self, store: &dyn ByteStore, earlier: &[ByteWrite], now: i64) -> Result<Found<T>, LedgerError> {
        let table = self.definition.name;
        let mut found = find(store, table, &self.key, now).await?;
        for write in earlier.iter().filter(|write| write.table == table && write.key == self.key) {
            match &write.change {
                ByteChange::Keep => {}
                ByteChange::Delete => found.live = None,
                // What is there may expire later; `expires` is a minimum then.
                ByteChange::Extend { bytes, expires, .. } => {
                    let expires = found.live.as_ref().map_or(*expires, |(_, known)| (*expires).max(*known));
                    found.live = Some((serde_json::from_slice(bytes).map_err(unreadable)?, expires));
                }
                ByteChange::Put { bytes, expires, .. } => {
                    found.live = Some((serde_json::from_slice(bytes).map_err(unreadable)?, *expires));
                }
            }
        }
        Ok(found)
    }
}
