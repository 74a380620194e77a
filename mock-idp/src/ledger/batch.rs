//! Writes that are committed together: all of them or none.

#[cfg(any(test, feature = "redis"))]
use std::collections::HashMap;
use std::fmt;

use mock_idp_core::ledger::LedgerError;

#[cfg(any(test, feature = "redis"))]
use super::byte_operations::{Found, put_change, unreadable};
#[cfg(any(test, feature = "redis"))]
use super::byte_store::{ByteChange, ByteRecord, ByteStore, ByteWrite, Expected};
use super::entries::{Entries, NEVER, Version};
use super::log::LoggedChange;
use super::memory::{Definition, MemoryTables, MemoryWrite, changes};
use super::org_row::OrgRow;
use super::record::StoredRecord;
use super::store::Store;
use super::table::Table;

/// Writes that wait to be committed together with others, in this order.
#[derive(Default)]
pub(crate) struct PendingWrites(Vec<Box<dyn Write>>);

impl fmt::Debug for PendingWrites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingWrites").field(&self.0.len()).finish()
    }
}

impl PendingWrites {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the writes of a batch.
    pub(crate) fn add(&mut self, batch: Batch<'_>) {
        self.0.extend(batch.writes);
    }
}

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

    /// Adds writes that have waited.
    pub(crate) fn append(&mut self, pending: PendingWrites) {
        self.writes.extend(pending.0);
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

    /// The same. Without a version the record must not be there; it is put then, and never expires.
    pub(crate) fn replace_or_put<T: StoredRecord>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        version: Option<Version>,
        value: T,
    ) {
        match version {
            Some(version) => self.replace(table, key, version, value),
            None => self.put_new(table, key, value, NEVER),
        }
    }

    /// Like [`Self::replace`]; the record expires at `expires` if that is later than before.
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

    /// Changes a record, if there is one when the batch is committed, and removes it unless the change returns `true`. The change must be
    /// pure.
    pub(crate) fn update_or_delete<T: StoredRecord>(
        &mut self,
        table: Table<'l, T>,
        key: &str,
        change: impl Fn(&mut T) -> bool + Send + Sync + 'static,
    ) {
        self.add(table, key, Change::UpdateOrDelete(Box::new(change)));
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

    /// Writes all, with a change of the org of this revision, or nothing. `change` is called if the conditions are met, and makes the
    /// change in memory; it returns the rows to store. Returns the next revision of the org.
    ///
    /// # Errors
    /// A condition is not met, the org has another revision, or the store is unavailable. If `change` has been called, the org has to be
    /// loaded again.
    pub(crate) async fn commit_with_org(
        self,
        revision: u64,
        change: impl FnOnce() -> Vec<OrgRow>,
    ) -> Result<u64, LedgerError> {
        match self.store {
            Store::Memory(memory) => {
                let writes = self.writes.into_iter().map(|write| write as Box<dyn MemoryWrite>).collect();
                let rows = || change().into_iter().map(OrgRow::into_change).collect();
                memory.commit_with(writes, self.now, rows).await?;
                Ok(revision)
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => {
                // All conditions are checked before the change is made.
                let writes = byte_writes(&**store, &self.writes, self.now, false).await?;
                store.commit_with_org(writes, change(), revision, self.now).await
            }
        }
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
    /// Table and key of the record, if the write depends on what is there. At the first attempt only the store compares versions.
    #[cfg(any(test, feature = "redis"))]
    fn needs(&self, is_first_attempt: bool) -> Option<(&'static str, &str)>;

    /// The write as a store of bytes makes it, after the earlier ones of the batch; `None` if there is nothing to write.
    #[cfg(any(test, feature = "redis"))]
    fn to_bytes(
        &self,
        records: &ReadRecords<'_>,
        earlier: &[ByteWrite],
        now: i64,
    ) -> Result<Option<ByteWrite>, LedgerError>;
}

/// The records that the writes of a batch depend on, by table and key.
#[cfg(any(test, feature = "redis"))]
type ReadRecords<'w> = HashMap<(&'static str, &'w str), Option<ByteRecord>>;

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
    /// The record stays if the change returns `true`.
    UpdateOrDelete(Box<dyn Fn(&mut T) -> bool + Send + Sync>),
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
            Change::Put { .. } | Change::Delete | Change::Update { .. } | Change::UpdateOrDelete(_) => true,
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
            Change::UpdateOrDelete(change) => {
                if entries.update(&key, now, definition.bound, |value| change(value)).is_some_and(|(stays, _)| !stays) {
                    drop(entries.take(&key, now));
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
    fn needs(&self, is_first_attempt: bool) -> Option<(&'static str, &str)> {
        let needed = match &self.change {
            Change::Put { .. } | Change::Delete => false,
            Change::PutNew { .. } | Change::Replace { .. } | Change::RequireVersion(_) => !is_first_attempt,
            Change::Update { .. } | Change::UpdateOrDelete(_) | Change::Require(_) => true,
        };
        needed.then_some((self.definition.name, self.key.as_str()))
    }

    #[cfg(any(test, feature = "redis"))]
    fn to_bytes(
        &self,
        records: &ReadRecords<'_>,
        earlier: &[ByteWrite],
        now: i64,
    ) -> Result<Option<ByteWrite>, LedgerError> {
        match records.get(&(self.definition.name, self.key.as_str())) {
            Some(record) => self.checked(Found::of(record.as_ref(), now)?, earlier),
            None => self.unread(),
        }
    }
}

#[cfg(any(test, feature = "redis"))]
async fn commit(store: &dyn ByteStore, writes: &[Box<dyn Write>], now: i64) -> Result<(), LedgerError> {
    let mut is_first_attempt = true;
    loop {
        let bytes = byte_writes(store, writes, now, is_first_attempt).await?;
        if bytes.is_empty() {
            return Ok(());
        }
        match store.commit(bytes, now).await {
            Err(LedgerError::Conflict { .. }) => is_first_attempt = false,
            other => return other.map(drop),
        }
    }
}

/// The writes as a store of bytes makes them. Versions that are required are compared here too, except at the first attempt.
#[cfg(any(test, feature = "redis"))]
async fn byte_writes(
    store: &dyn ByteStore,
    writes: &[Box<dyn Write>],
    now: i64,
    is_first_attempt: bool,
) -> Result<Vec<ByteWrite>, LedgerError> {
    let needed: Vec<_> = writes.iter().filter_map(|write| write.needs(is_first_attempt)).collect();
    let found = store.read_all(&needed).await?;
    let records: ReadRecords<'_> = needed.into_iter().zip(found).collect();
    let mut bytes = Vec::new();
    for write in writes {
        // A version that the batch requires and that is not there is a conflict at once.
        let write = write.to_bytes(&records, &bytes, now)?;
        bytes.extend(write);
    }
    Ok(bytes)
}

#[cfg(any(test, feature = "redis"))]
impl<T: StoredRecord> TypedWrite<T> {
    fn byte_write(&self, expected: Expected, change: ByteChange) -> ByteWrite {
        ByteWrite { table: self.definition.name, key: self.key.clone(), expected, change }
    }

    /// A write that does not depend on the record, or has a version that the store compares.
    fn unread(&self) -> Result<Option<ByteWrite>, LedgerError> {
        let bound = self.definition.bound;
        let one = |expected, change| Ok(Some(self.byte_write(expected, change)));
        match &self.change {
            Change::Put { value, expires } => one(Expected::Anything, put_change(value, *expires, bound)?),
            Change::PutNew { value, expires } => one(Expected::Version(None), put_change(value, *expires, bound)?),
            Change::Delete => one(Expected::Anything, ByteChange::Delete),
            Change::Replace { version, value, expires } => {
                let bytes = serde_json::to_vec(value).map_err(unreadable)?;
                let change = ByteChange::Extend { bytes, expires: expires.unwrap_or(i64::MIN), bound };
                one(Expected::Version(Some(version.0)), change)
            }
            Change::RequireVersion(version) => one(Expected::Version(Some(version.0)), ByteChange::Keep),
            Change::Update { .. } | Change::UpdateOrDelete(_) | Change::Require(_) => Ok(None),
        }
    }

    /// A write that depends on the record, which has been found.
    fn checked(&self, found: Found<T>, earlier: &[ByteWrite]) -> Result<Option<ByteWrite>, LedgerError> {
        let (table, bound) = (self.definition.name, self.definition.bound);
        let conflict = Err(LedgerError::Conflict { table });
        let Found { version, live } = self.after(found, earlier)?;
        let expected = Expected::Version(version);
        let one = |expected, change| Ok(Some(self.byte_write(expected, change)));
        match &self.change {
            Change::Put { .. } | Change::Delete => self.unread(),
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
            Change::UpdateOrDelete(change) => {
                let Some((mut value, expires)) = live else { return Ok(None) };
                let stays = change(&mut value);
                one(expected, if stays { put_change(&value, expires, bound)? } else { ByteChange::Delete })
            }
        }
    }

    /// The record as the earlier writes of the batch leave it.
    fn after(&self, mut found: Found<T>, earlier: &[ByteWrite]) -> Result<Found<T>, LedgerError> {
        let table = self.definition.name;
        for write in earlier.iter().filter(|write| write.table == table && write.key == self.key) {
            match &write.change {
                ByteChange::Keep => {}
                ByteChange::Delete => found.live = None,
                ByteChange::Put { bytes, expires, .. } | ByteChange::Extend { bytes, expires, .. } => {
                    found.live = Some((serde_json::from_slice(bytes).map_err(unreadable)?, *expires));
                }
            }
        }
        Ok(found)
    }
}
