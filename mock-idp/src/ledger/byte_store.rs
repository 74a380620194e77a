//! What a store outside this process' memory has to offer, and how the operations of a table are made of it. Tests run the
//! conformance suite against such a store, so that records keep being serialisable and the operations keep being possible there.

use std::fmt;

use super::LedgerError;
use super::batch::{Change, TypedWrite, Write};
use super::entries::{Bound, Version};
use super::record::StoredRecord;
use super::table::{Table, Versioned};

/// A store of serialised records.
pub(crate) trait ByteStore: fmt::Debug + Send + Sync {
    /// The record, expired or not.
    fn read(&self, table: &'static str, key: &str) -> Result<Option<ByteRecord>, LedgerError>;

    /// Writes all or nothing; a conflict if a record does not have the version that its write expects.
    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Result<(), LedgerError>;

    /// Another number after each change of the clock's record. It is known without asking the store.
    fn clock_revision(&self) -> u64;

    /// Removes the records of all tables but one.
    fn clear_except(&self, table: &'static str) -> Result<(), LedgerError>;
}

#[derive(Clone, Debug)]
pub(crate) struct ByteRecord {
    pub(crate) bytes: Vec<u8>,
    pub(crate) expires: i64,
    pub(crate) version: u64,
}

#[derive(Debug)]
pub(crate) struct ByteWrite {
    pub(crate) table: &'static str,
    pub(crate) key: String,
    pub(crate) expected: Expected,
    pub(crate) change: ByteChange,
}

#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    Anything,
    /// This version, or no record.
    Version(Option<u64>),
}

#[derive(Debug)]
pub(crate) enum ByteChange {
    Put { bytes: Vec<u8>, expires: i64, bound: Bound },
    Delete,
    Keep,
}

/// A record as it was read: the version of whatever is there, and the value unless it has expired.
struct Found<T> {
    version: Option<u64>,
    live: Option<(T, i64)>,
}

fn find<T: StoredRecord>(
    store: &dyn ByteStore,
    table: &'static str,
    key: &str,
    now: i64,
) -> Result<Found<T>, LedgerError> {
    let Some(record) = store.read(table, key)? else { return Ok(Found { version: None, live: None }) };
    let live = match now < record.expires {
        true => Some((serde_json::from_slice(&record.bytes).map_err(unreadable)?, record.expires)),
        false => None,
    };
    Ok(Found { version: Some(record.version), live })
}

fn unreadable(error: serde_json::Error) -> LedgerError {
    LedgerError::Unavailable(format!("a record cannot be read: {error}"))
}

fn put_change<T: StoredRecord>(value: &T, expires: i64, bound: Bound) -> Result<ByteChange, LedgerError> {
    let bytes = serde_json::to_vec(value).map_err(unreadable)?;
    Ok(ByteChange::Put { bytes, expires, bound })
}

fn write<T>(table: &Table<'_, T>, key: &str, expected: Expected, change: ByteChange) -> ByteWrite {
    ByteWrite { table: table.definition.name, key: key.to_owned(), expected, change }
}

pub(super) fn get<T: StoredRecord>(
    store: &dyn ByteStore,
    table: Table<'_, T>,
    key: &str,
) -> Result<Option<Versioned<T>>, LedgerError> {
    let found = find(store, table.definition.name, key, table.now)?;
    Ok(found.live.zip(found.version).map(|((value, _), version)| Versioned { value, version: Version(version) }))
}

pub(super) fn put<T: StoredRecord>(
    store: &dyn ByteStore,
    table: Table<'_, T>,
    key: &str,
    value: &T,
    expires: i64,
) -> Result<(), LedgerError> {
    let change = put_change(value, expires, table.definition.bound)?;
    store.commit(vec![write(&table, key, Expected::Anything, change)], table.now)
}

pub(super) fn put_if_absent<T: StoredRecord>(
    store: &dyn ByteStore,
    table: Table<'_, T>,
    key: &str,
    value: &T,
    expires: i64,
) -> Result<bool, LedgerError> {
    let found: Found<T> = find(store, table.definition.name, key, table.now)?;
    if found.live.is_some() {
        return Ok(false);
    }
    let change = put_change(value, expires, table.definition.bound)?;
    match store.commit(vec![write(&table, key, Expected::Version(found.version), change)], table.now) {
        Err(LedgerError::Conflict { .. }) => Ok(false),
        other => other.map(|()| true),
    }
}

pub(super) fn take<T: StoredRecord>(
    store: &dyn ByteStore,
    table: Table<'_, T>,
    key: &str,
) -> Result<Option<T>, LedgerError> {
    loop {
        let found = find(store, table.definition.name, key, table.now)?;
        let Some((value, _)) = found.live else { return Ok(None) };
        let delete = write(&table, key, Expected::Version(found.version), ByteChange::Delete);
        match store.commit(vec![delete], table.now) {
            Err(LedgerError::Conflict { .. }) => {}
            other => return other.map(|()| Some(value)),
        }
    }
}

pub(super) fn update<T: StoredRecord, R>(
    store: &dyn ByteStore,
    table: Table<'_, T>,
    key: &str,
    change: &mut impl FnMut(&mut T) -> R,
) -> Result<Option<Versioned<R>>, LedgerError> {
    loop {
        let found = find(store, table.definition.name, key, table.now)?;
        let Some((mut value, expires)) = found.live else { return Ok(None) };
        let result = change(&mut value);
        let put = put_change(&value, expires, table.definition.bound)?;
        match store.commit(vec![write(&table, key, Expected::Version(found.version), put)], table.now) {
            Err(LedgerError::Conflict { .. }) => {}
            other => {
                other?;
                let version = store.read(table.definition.name, key)?.map_or(0, |record| record.version);
                return Ok(Some(Versioned { value: result, version: Version(version) }));
            }
        }
    }
}

pub(super) fn commit(store: &dyn ByteStore, writes: &[Box<dyn Write>], now: i64) -> Result<(), LedgerError> {
    loop {
        let mut bytes = Vec::new();
        for write in writes {
            // A version that the batch requires and that is not there is a conflict at once.
            bytes.extend(write.to_bytes(store, now)?);
        }
        match store.commit(bytes, now) {
            Err(LedgerError::Conflict { .. }) => {}
            other => return other,
        }
    }
}

pub(super) fn to_bytes<T: StoredRecord>(
    write: &TypedWrite<T>,
    store: &dyn ByteStore,
    now: i64,
) -> Result<Vec<ByteWrite>, LedgerError> {
    let (table, bound) = (write.definition.name, write.definition.bound);
    let one = |expected, change| Ok(vec![ByteWrite { table, key: write.key.clone(), expected, change }]);
    match &write.change {
        Change::Put { value, expires } => one(Expected::Anything, put_change(value, *expires, bound)?),
        Change::Delete => one(Expected::Anything, ByteChange::Delete),
        Change::PutNew { value, expires } => {
            let found: Found<T> = find(store, table, &write.key, now)?;
            if found.live.is_some() {
                return Err(LedgerError::Conflict { table });
            }
            one(Expected::Version(found.version), put_change(value, *expires, bound)?)
        }
        Change::Replace { version, value, expires } => {
            let found: Found<T> = find(store, table, &write.key, now)?;
            let Some((_, known)) = found.live.filter(|_| found.version == Some(version.0)) else {
                return Err(LedgerError::Conflict { table });
            };
            one(
                Expected::Version(found.version),
                put_change(value, expires.map_or(known, |new| new.max(known)), bound)?,
            )
        }
        Change::RequireVersion(required) => {
            let found: Found<T> = find(store, table, &write.key, now)?;
            if found.live.is_none() || found.version != Some(required.0) {
                return Err(LedgerError::Conflict { table });
            }
            one(Expected::Version(found.version), ByteChange::Keep)
        }
        Change::Require(condition) => {
            let found: Found<T> = find(store, table, &write.key, now)?;
            if !found.live.as_ref().is_some_and(|(value, _)| condition(value)) {
                return Err(LedgerError::Conflict { table });
            }
            one(Expected::Version(found.version), ByteChange::Keep)
        }
        Change::Update { change, expires, or_insert } => {
            let found: Found<T> = find(store, table, &write.key, now)?;
            let live = found.live.map(|(value, known)| (value, expires.map_or(known, |new| new.max(known))));
            let Some((mut value, expires)) = live.or_else(|| or_insert.clone()) else { return Ok(Vec::new()) };
            change(&mut value);
            one(Expected::Version(found.version), put_change(&value, expires, bound)?)
        }
    }
}
