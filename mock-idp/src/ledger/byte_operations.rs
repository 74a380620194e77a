//! The operations of a table, made of those of a store that several processes share.

use mock_idp_core::ledger::LedgerError;
use serde_json::Value;

use super::byte_store::{ByteChange, ByteRecord, ByteStore, ByteWrite, Expected};
use super::entries::{Bound, Version, Versioned};
use super::memory::{Definition, NAMES, serialised_tables};
use super::org_row::OrgRow;
use super::record::StoredRecord;
use super::saved::{SavedRecord, SavedTables, SavedTablesError};

/// A record as it was read: the version of whatever is there, and the value unless it has expired.
pub(super) struct Found<T> {
    pub(super) version: Option<u64>,
    pub(super) live: Option<(T, i64)>,
}

async fn find<T: StoredRecord>(
    store: &dyn ByteStore,
    table: &'static str,
    key: &str,
    now: i64,
) -> Result<Found<T>, LedgerError> {
    Found::of(store.read(table, key).await?.as_ref(), now)
}

impl<T: StoredRecord> Found<T> {
    pub(super) fn of(record: Option<&ByteRecord>, now: i64) -> Result<Self, LedgerError> {
        let Some(record) = record else { return Ok(Self { version: None, live: None }) };
        let live = match now < record.expires {
            true => Some((serde_json::from_slice(&record.bytes).map_err(unreadable)?, record.expires)),
            false => None,
        };
        Ok(Self { version: Some(record.version), live })
    }
}

pub(super) fn unreadable(error: serde_json::Error) -> LedgerError {
    LedgerError::Unavailable(format!("a record cannot be read: {error}"))
}

pub(super) fn put_change<T: StoredRecord>(value: &T, expires: i64, bound: Bound) -> Result<ByteChange, LedgerError> {
    let bytes = serde_json::to_vec(value).map_err(unreadable)?;
    Ok(ByteChange::Put { bytes, expires, bound })
}

/// The record of a table with a key, at a time.
#[derive(Debug)]
pub(super) struct RecordAt<'k, T: 'static> {
    pub(super) definition: &'static Definition<T>,
    pub(super) key: &'k str,
    pub(super) now: i64,
}

impl<T: StoredRecord> RecordAt<'_, T> {
    async fn find(&self, store: &dyn ByteStore) -> Result<Found<T>, LedgerError> {
        find(store, self.definition.name, self.key, self.now).await
    }

    fn put(&self, value: &T, expires: i64) -> Result<ByteChange, LedgerError> {
        put_change(value, expires, self.definition.bound)
    }

    fn write(&self, expected: Expected, change: ByteChange) -> Vec<ByteWrite> {
        vec![ByteWrite { table: self.definition.name, key: self.key.to_owned(), expected, change }]
    }
}

pub(super) async fn get<T: StoredRecord>(
    store: &dyn ByteStore,
    at: RecordAt<'_, T>,
) -> Result<Option<Versioned<T>>, LedgerError> {
    let found = at.find(store).await?;
    Ok(found.live.zip(found.version).map(|((value, _), version)| Versioned { value, version: Version(version) }))
}

pub(super) async fn get_all<T: StoredRecord>(
    store: &dyn ByteStore,
    definition: &Definition<T>,
    keys: &[String],
    now: i64,
) -> Result<Vec<Option<T>>, LedgerError> {
    let keys: Vec<_> = keys.iter().map(|key| (definition.name, key.as_str())).collect();
    let found = store.read_all(&keys).await?;
    found.iter().map(|record| Ok(Found::of(record.as_ref(), now)?.live.map(|(value, _)| value))).collect()
}

pub(super) async fn put<T: StoredRecord>(
    store: &dyn ByteStore,
    at: RecordAt<'_, T>,
    value: &T,
    expires: i64,
) -> Result<(), LedgerError> {
    let change = at.put(value, expires)?;
    store.commit(at.write(Expected::Anything, change), at.now).await.map(drop)
}

pub(super) async fn put_if_absent<T: StoredRecord>(
    store: &dyn ByteStore,
    at: RecordAt<'_, T>,
    value: &T,
    expires: i64,
) -> Result<bool, LedgerError> {
    // Most records are absent, so the first attempt does not read.
    let mut version = None;
    loop {
        let change = at.put(value, expires)?;
        match store.commit(at.write(Expected::Version(version), change), at.now).await {
            // There is a record, perhaps an expired one; or it has been removed in the meantime.
            Err(LedgerError::Conflict { .. }) => {}
            other => return other.map(|_| true),
        }
        let found: Found<T> = at.find(store).await?;
        if found.live.is_some() {
            return Ok(false);
        }
        version = found.version;
    }
}

pub(super) async fn take<T: StoredRecord>(
    store: &dyn ByteStore,
    at: RecordAt<'_, T>,
) -> Result<Option<T>, LedgerError> {
    loop {
        let found = at.find(store).await?;
        let Some((value, _)) = found.live else { return Ok(None) };
        let delete = at.write(Expected::Version(found.version), ByteChange::Delete);
        match store.commit(delete, at.now).await {
            Err(LedgerError::Conflict { .. }) => {}
            other => return other.map(|_| Some(value)),
        }
    }
}

pub(super) async fn update<T: StoredRecord, R>(
    store: &dyn ByteStore,
    at: RecordAt<'_, T>,
    change: &mut impl FnMut(&mut T) -> R,
) -> Result<Option<Versioned<R>>, LedgerError> {
    loop {
        let found = at.find(store).await?;
        let Some((mut value, expires)) = found.live else { return Ok(None) };
        let result = change(&mut value);
        let put = at.put(&value, expires)?;
        match store.commit(at.write(Expected::Version(found.version), put), at.now).await {
            Err(LedgerError::Conflict { .. }) => {}
            other => {
                let version = Version(other?);
                return Ok(Some(Versioned { value: result, version }));
            }
        }
    }
}

/// The records that have not expired.
pub(super) async fn save(store: &dyn ByteStore, now: i64) -> Result<SavedTables, LedgerError> {
    let mut saved = SavedTables::new();
    for table in NAMES {
        let mut records = Vec::new();
        for (key, ByteRecord { bytes, expires, .. }) in store.list(table).await? {
            if now < expires {
                let value: Value = serde_json::from_slice(&bytes).map_err(unreadable)?;
                records.push(SavedRecord::new(&key, expires, value));
            }
        }
        records.sort_by(|left, right| left.key.cmp(&right.key));
        saved.insert((*table).to_owned(), serde_json::to_value(records).map_err(unreadable)?);
    }
    Ok(saved)
}

/// Replaces all records by saved ones, and the rows of the org. Returns the next revision of the org.
pub(super) async fn load(
    store: &dyn ByteStore,
    saved: SavedTables,
    org: Vec<OrgRow>,
    now: i64,
) -> Result<u64, SavedTablesError> {
    let tables = serialised_tables(saved, now)?;
    Ok(store.replace_all(tables, org).await?)
}
