//! What a store that several processes share has to offer.

use std::fmt;

use futures_util::future::BoxFuture;
use mock_idp_core::ledger::LedgerError;

use super::entries::{Bound, TableUsage};
use super::memory::SerialisedTable;
use super::org_row::OrgRow;
use crate::metrics::Histogram;

/// What an operation of a store resolves to.
pub(crate) type Stored<'s, T> = BoxFuture<'s, Result<T, LedgerError>>;

/// A store of serialised records of an org, which several processes share.
pub(crate) trait ByteStore: fmt::Debug + Send + Sync {
    /// The record, expired or not.
    fn read<'s>(&'s self, table: &'static str, key: &'s str) -> Stored<'s, Option<ByteRecord>>;

    /// The records of tables and keys, expired or not.
    fn read_all<'s>(&'s self, keys: &'s [(&'static str, &'s str)]) -> Stored<'s, Vec<Option<ByteRecord>>>;

    /// Writes all or nothing, and returns the version of what was put; a conflict if a record does not have the version that its
    /// write expects.
    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Stored<'_, u64>;

    /// All records of a table, expired or not.
    fn list(&self, table: &'static str) -> Stored<'_, Vec<(String, ByteRecord)>>;

    /// Replaces all records and the rows of the org at once, and returns the next revision of the org.
    fn replace_all(&self, tables: Vec<SerialisedTable>, rows: Vec<OrgRow>) -> Stored<'_, u64>;

    /// Removes the records of all tables but one, and the rows of the org.
    fn clear_except(&self, table: Option<&'static str>) -> Stored<'_, ()>;

    /// The rows of the org, and the revision that they belong to.
    fn org_rows(&self) -> Stored<'_, (u64, Vec<OrgRow>)>;

    /// The rows of the org that have changed since a revision, and the current revision; a row without bytes is not stored any more. `None` if
    /// the store does not know all of them.
    fn org_changes(&self, since: u64) -> Stored<'_, Option<(u64, Vec<OrgRow>)>>;

    /// Makes all writes and stores changed rows of the org, or nothing, and returns the next revision of the org; a conflict if a record
    /// or the org has another version than expected.
    fn commit_with_org(&self, writes: Vec<ByteWrite>, rows: Vec<OrgRow>, expected: u64, now: i64) -> Stored<'_, u64>;

    /// Waits until no other process changes the org.
    fn lock_org<'s>(&'s self, owner: &'s str) -> Stored<'s, ()>;

    /// Lets other processes change the org.
    fn unlock_org<'s>(&'s self, owner: &'s str) -> Stored<'s, ()>;

    /// Asks what other processes have changed, unless [`Self::known`] has been asked for a moment ago.
    fn refresh(&self) -> Stored<'_, ()>;

    /// What is known of the store without asking it.
    fn known(&self) -> KnownState;

    /// How many records each table has, and how much memory they take.
    fn usage(&self) -> Stored<'_, Vec<(&'static str, TableUsage)>>;

    /// How long writes took.
    fn write_times(&self) -> &Histogram;

    /// How long reads took; `None` if that is not known.
    fn read_times(&self) -> Option<&Histogram>;
}

/// What is known of a store without asking it.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownState {
    /// Another number after each change of the clock's setting or of the signing keys.
    pub(crate) settings_revision: u64,
    /// Another number after each change of the org.
    pub(crate) org_revision: u64,
    /// Why it is not available.
    pub(crate) error: Option<String>,
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

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    Anything,
    /// This version, or no record.
    Version(Option<u64>),
}

#[derive(Debug)]
pub(crate) enum ByteChange {
    Put {
        bytes: Vec<u8>,
        expires: i64,
        bound: Bound,
    },
    /// The same, but the record expires no earlier than the one that is there, which has not expired.
    Extend {
        bytes: Vec<u8>,
        expires: i64,
        bound: Bound,
    },
    Delete,
    /// Nothing is changed; the record has not expired.
    Keep,
}
