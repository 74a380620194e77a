//! The tables of an org in memory, behind one lock, which makes a batch atomic.

use mock_idp_core::ledger::{
    ClockSetting, Code, Consent, ConsumedValue, DeviceSecret, DirectSignIn, FailedSignIns, InboxMessage, InboxPosition,
    InterclientGrant, IssuedTokens, KeepPrompts, KeyRecord, LedgerError, LogPosition, LoggedRequest, MagicLink,
    OneTimeToken, OobChallenge, OwnEmails, PendingRequests, PolledRequest, ProviderVisit, PushNotifications,
    PushedRequest, RecordSize, RefreshTokenOwner, RememberedDevice, RevokedAccessToken, SentCode, Session,
    SessionClient, SignedIn, SkippedEnrollments, StateHandle, TokenFamily, Transaction, UsedCode, UserCode,
};
use mock_idp_core::protocol::RequestedClaims;
use parking_lot::{Mutex, MutexGuard};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::entries::{Bound, Entries, TableUsage};
use super::list::{KEPT_TABLE, for_all_tables};
use super::log::{ChangeLog, LoggedChange, LoggedRecord, Unstored};
use super::record::StoredRecord;
use super::saved::{SavedRecord, SavedTables, SavedTablesError};

macro_rules! memory_tables {
    ($($(#[$doc:meta])* $name:ident: $record:ty, $records:literal, $mebibytes:literal;)*) => {
        /// The tables of a ledger in memory.
        #[derive(Debug, Default)]
        pub(super) struct MemoryTables {
            $(pub(super) $name: Entries<$record>,)*
        }

        impl MemoryTables {
            fn save(&self, now: i64) -> Result<SavedTables, serde_json::Error> {
                let mut saved = SavedTables::new();
                $(saved.insert(stringify!($name).to_owned(), save(&self.$name, now)?);)*
                Ok(saved)
            }

            fn load(mut saved: SavedTables, now: i64) -> Result<Self, SavedTablesError> {
                let mut tables = Self::default();
                $({
                    let bound = Bound::new($records, $mebibytes);
                    let records = saved.shift_remove(stringify!($name)).unwrap_or(Value::Array(Vec::new()));
                    load(&mut tables.$name, records, bound, now)
                        .map_err(|error| SavedTablesError::Records { table: stringify!($name), error })?;
                })*
                match saved.into_iter().next() {
                    Some((unknown, _)) => Err(SavedTablesError::UnknownTable(unknown)),
                    None => Ok(tables),
                }
            }
        }

        impl MemoryTables {
            /// Puts a record that was stored; whether there is such a table.
            fn put_stored(&mut self, record: &LoggedRecord, now: i64) -> Result<bool, serde_json::Error> {
                match record.table.as_str() {
                    $(stringify!($name) => {
                        let bound = Bound::new($records, $mebibytes);
                        let value = serde_json::from_slice(&record.bytes)?;
                        self.$name.put(&record.key, value, record.expires, now, bound);
                    })*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            /// All records, table by table.
            fn serialised(&self) -> Result<Vec<SerialisedTable>, serde_json::Error> {
                Ok(vec![$(SerialisedTable { name: stringify!($name), records: serialised(&self.$name)? }),*])
            }

            /// The records that were removed to make room, as changes. Later ones are remembered.
            fn take_displaced(&mut self) -> Vec<LoggedChange> {
                let mut changes = Vec::new();
                $(changes.extend(displaced(&mut self.$name, stringify!($name)));)*
                changes
            }

            fn usage(&self) -> Vec<(&'static str, TableUsage)> {
                vec![$((stringify!($name), self.$name.usage())),*]
            }
        }

        /// The names of all tables.
        #[cfg(any(test, feature = "redis"))]
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

for_all_tables!(memory_tables);

/// A table as a store has it.
#[derive(Debug)]
pub(crate) struct SerialisedTable {
    pub(crate) name: &'static str,
    pub(crate) records: Vec<SerialisedRecord>,
}

#[derive(Debug)]
pub(crate) struct SerialisedRecord {
    pub(crate) key: String,
    pub(crate) expires: i64,
    pub(crate) bytes: Vec<u8>,
}

impl SerialisedTable {
    fn into_changes(self) -> impl Iterator<Item = LoggedChange> {
        let Self { name: table, records } = self;
        records.into_iter().map(move |SerialisedRecord { key, expires, bytes }| LoggedChange::Put {
            table,
            key,
            expires,
            bytes,
        })
    }
}

/// A row of the list of tables.
#[derive(Debug)]
pub(super) struct Definition<T: 'static> {
    pub(super) name: &'static str,
    pub(super) bound: Bound,
    pub(super) entries: fn(&mut MemoryTables) -> &mut Entries<T>,
}

/// All tables of one org. If it has a log, every change is also added to it, and acknowledged once it is stored.
#[derive(Debug, Default)]
pub(super) struct Memory {
    tables: Mutex<MemoryTables>,
    log: Option<ChangeLog>,
}

/// The result of a change, and whether it has changed anything.
pub(super) struct Written<R> {
    pub(super) result: R,
    pub(super) changed: bool,
}

impl Memory {
    #[cfg(feature = "disk")]
    pub(super) fn with_log(log: ChangeLog) -> Self {
        let mut tables = MemoryTables::default();
        tables.take_displaced();
        Self { tables: Mutex::new(tables), log: Some(log) }
    }

    pub(super) fn log(&self) -> Option<&ChangeLog> {
        self.log.as_ref()
    }

    fn lock(&self) -> Result<MutexGuard<'_, MemoryTables>, LedgerError> {
        let tables = self.tables.lock();
        if let Some(log) = &self.log {
            log.check()?;
        }
        Ok(tables)
    }

    /// Reads something of the record with a key.
    pub(super) async fn read<T: StoredRecord, R>(
        &self,
        definition: &'static Definition<T>,
        key: &str,
        read: impl FnOnce(&mut Entries<T>) -> R,
    ) -> Result<R, LedgerError> {
        let (result, unstored) = {
            let mut tables = self.lock()?;
            let result = read((definition.entries)(&mut tables));
            (result, self.log.as_ref().and_then(|log| log.unstored(definition.name, key)))
        };
        settled(unstored).await?;
        Ok(result)
    }

    /// Copies of the records with these keys, all from the same moment.
    pub(super) async fn read_all<T: StoredRecord>(
        &self,
        definition: &'static Definition<T>,
        keys: &[String],
        now: i64,
    ) -> Result<Vec<Option<T>>, LedgerError> {
        let (found, unstored) = {
            let mut tables = self.lock()?;
            let entries = (definition.entries)(&mut tables);
            let found: Vec<Option<T>> =
                keys.iter().map(|key| entries.get(key, now).map(|(value, _)| value.clone())).collect();
            let unstored: Vec<Unstored> = match &self.log {
                Some(log) => keys.iter().filter_map(|key| log.unstored(definition.name, key)).collect(),
                None => Vec::new(),
            };
            (found, unstored)
        };
        for unstored in unstored {
            unstored.stored().await?;
        }
        Ok(found)
    }

    /// Changes the record with a key.
    pub(super) async fn write<T: StoredRecord, R>(
        &self,
        definition: &'static Definition<T>,
        key: &str,
        write: impl FnOnce(&mut Entries<T>) -> Written<R>,
    ) -> Result<R, LedgerError> {
        let (result, unstored) = {
            let mut tables = self.lock()?;
            let entries = (definition.entries)(&mut tables);
            let Written { result, changed } = write(entries);
            let unstored = match &self.log {
                Some(log) if changed => log.add(changes(entries, definition.name, key)?)?,
                Some(log) => log.unstored(definition.name, key),
                None => None,
            };
            (result, unstored)
        };
        settled(unstored).await?;
        Ok(result)
    }

    /// Makes all writes, or none if the condition of one is not met.
    pub(super) async fn commit(&self, writes: Vec<Box<dyn MemoryWrite>>, now: i64) -> Result<(), LedgerError> {
        self.commit_with(writes, now, Vec::new).await
    }

    /// The same. If the conditions are met, `others` is called for changes of records that are not in memory, which are stored with the
    /// writes.
    pub(super) async fn commit_with(
        &self,
        writes: Vec<Box<dyn MemoryWrite>>,
        now: i64,
        others: impl FnOnce() -> Vec<LoggedChange>,
    ) -> Result<(), LedgerError> {
        let unstored = {
            let mut tables = self.lock()?;
            for write in &writes {
                write.check(&mut tables, now)?;
            }
            let mut changes = self.log.as_ref().map(|_| Vec::new());
            for write in writes {
                write.apply(&mut tables, now, changes.as_mut())?;
            }
            let others = others();
            match (&self.log, changes) {
                (Some(log), Some(mut changes)) if !changes.is_empty() || !others.is_empty() => {
                    changes.extend(others);
                    log.add(changes)?
                }
                _ => None,
            }
        };
        settled(unstored).await
    }

    /// Adds changes of records that are not in memory.
    pub(super) async fn add(&self, changes: Vec<LoggedChange>) -> Result<(), LedgerError> {
        let Some(log) = &self.log else { return Ok(()) };
        let unstored = {
            let _order = self.tables.lock();
            log.add(changes)?
        };
        settled(unstored).await
    }

    /// The records that have not expired.
    pub(super) fn save(&self, now: i64) -> Result<SavedTables, serde_json::Error> {
        self.tables.lock().save(now)
    }

    pub(super) fn usage(&self) -> Vec<(&'static str, TableUsage)> {
        self.tables.lock().usage()
    }

    /// Replaces all records by saved ones, and adds changes of records that are not in memory to the log.
    pub(super) async fn load(
        &self,
        saved: SavedTables,
        others: Vec<LoggedChange>,
        now: i64,
    ) -> Result<(), SavedTablesError> {
        let mut loaded = MemoryTables::load(saved, now)?;
        let unstored = match &self.log {
            None => {
                self.replace(loaded);
                None
            }
            Some(log) => {
                let mut changes = vec![LoggedChange::Clear { except: None }];
                changes.extend(
                    loaded.serialised().map_err(unwritable)?.into_iter().flat_map(SerialisedTable::into_changes),
                );
                loaded.take_displaced();
                changes.extend(others);
                let mut tables = self.lock()?;
                let unstored = log.add(changes)?;
                *tables = loaded;
                unstored
            }
        };
        Ok(settled(unstored).await?)
    }

    /// Replaces all records by those that the log has stored. Returns the records that belong to no table.
    pub(super) fn load_stored(
        &self,
        now: impl FnOnce(&[LoggedRecord]) -> i64,
    ) -> Result<Vec<LoggedRecord>, LedgerError> {
        let Some(log) = &self.log else { return Ok(Vec::new()) };
        let mut current = self.tables.lock();
        let records = log.load()?;
        let now = now(&records);
        let (mut tables, mut others) = (MemoryTables::default(), Vec::new());
        tables.take_displaced();
        for record in records {
            if !tables.put_stored(&record, now).map_err(|error| unreadable(&record, &error))? {
                others.push(record);
            }
        }
        let displaced = tables.take_displaced();
        *current = tables;
        if !displaced.is_empty() {
            log.add(displaced)?;
        }
        Ok(others)
    }

    /// Removes all records, except those of revoked access tokens.
    pub(super) async fn clear(&self) -> Result<(), LedgerError> {
        let mut cleared = MemoryTables::default();
        let unstored = {
            let mut tables = self.lock()?;
            let unstored = match &self.log {
                None => None,
                Some(log) => {
                    cleared.take_displaced();
                    log.add(vec![LoggedChange::Clear { except: Some(KEPT_TABLE) }])?
                }
            };
            cleared.revoked_access_tokens = std::mem::take(&mut tables.revoked_access_tokens);
            std::mem::swap(&mut *tables, &mut cleared);
            unstored
        };
        // Freed outside the lock.
        drop(cleared);
        settled(unstored).await
    }

    fn replace(&self, tables: MemoryTables) {
        let replaced = std::mem::replace(&mut *self.tables.lock(), tables);
        // Freed outside the lock.
        drop(replaced);
    }
}

/// Saved records as a store has them.
#[cfg(any(test, feature = "redis"))]
pub(super) fn serialised_tables(saved: SavedTables, now: i64) -> Result<Vec<SerialisedTable>, SavedTablesError> {
    Ok(MemoryTables::load(saved, now)?.serialised().map_err(unwritable)?)
}

/// One write of a batch, whatever its record.
pub(super) trait MemoryWrite: Send + Sync {
    fn check(&self, tables: &mut MemoryTables, now: i64) -> Result<(), LedgerError>;

    /// Makes the write, and adds what it has changed if that is wanted.
    fn apply(
        self: Box<Self>,
        tables: &mut MemoryTables,
        now: i64,
        changes: Option<&mut Vec<LoggedChange>>,
    ) -> Result<(), LedgerError>;
}

/// What a write to the record with a key has changed.
pub(super) fn changes<T: StoredRecord>(
    entries: &mut Entries<T>,
    table: &'static str,
    key: &str,
) -> Result<Vec<LoggedChange>, LedgerError> {
    let change = match entries.stored(key) {
        Some((value, expires)) => {
            let bytes = serde_json::to_vec(value).map_err(unwritable)?;
            LoggedChange::Put { table, key: key.to_owned(), expires, bytes }
        }
        None => LoggedChange::Delete { table, key: key.to_owned() },
    };
    Ok(std::iter::once(change).chain(displaced(entries, table)).collect())
}

fn displaced<T: RecordSize>(entries: &mut Entries<T>, table: &'static str) -> Vec<LoggedChange> {
    let keys = entries.take_displaced();
    keys.into_iter().map(|key| LoggedChange::Delete { table, key: (*key).to_owned() }).collect()
}

async fn settled(unstored: Option<Unstored>) -> Result<(), LedgerError> {
    match unstored {
        None => Ok(()),
        Some(unstored) => unstored.stored().await,
    }
}

fn unwritable(error: serde_json::Error) -> LedgerError {
    LedgerError::Unavailable(format!("a record cannot be written: {error}"))
}

fn unreadable(record: &LoggedRecord, error: &serde_json::Error) -> LedgerError {
    LedgerError::Unavailable(format!("the record {:?} of `{}` cannot be read: {error}", record.key, record.table))
}

fn save<T: RecordSize + Serialize>(entries: &Entries<T>, now: i64) -> Result<Value, serde_json::Error> {
    let mut records: Vec<_> =
        entries.iter(now).map(|(key, expires, value)| SavedRecord::new(key, expires, value)).collect();
    records.sort_by(|left, right| left.key.cmp(&right.key));
    serde_json::to_value(records)
}

fn serialised<T: RecordSize + Serialize>(entries: &Entries<T>) -> Result<Vec<SerialisedRecord>, serde_json::Error> {
    let record = |(key, expires, value): (&str, i64, &T)| {
        Ok(SerialisedRecord { key: key.to_owned(), expires, bytes: serde_json::to_vec(value)? })
    };
    entries.iter(i64::MIN).map(record).collect()
}

fn load<T: RecordSize + DeserializeOwned>(
    entries: &mut Entries<T>,
    records: Value,
    bound: Bound,
    now: i64,
) -> Result<(), serde_json::Error> {
    for record in serde_json::from_value::<Vec<SavedRecord<T>>>(records)? {
        let expires = record.expires();
        entries.put(&record.key, record.value, expires, now, bound);
    }
    Ok(())
}
