//! The records of one table in memory: as they are, not serialised.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use mock_idp_core::ledger::RecordSize;

/// The state of a record: another one after each change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Version(pub(super) u64);

/// A value, and the version of the record that it was read from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Versioned<T> {
    pub(crate) value: T,
    pub(crate) version: Version,
}

/// The expiry of a record that never expires.
pub(crate) const NEVER: i64 = i64::MAX;

/// The seconds for which a record is kept after it has expired. A request at an earlier time, which has begun before or whose process
/// does not know yet that the clock has been moved, must not find that a used value is absent.
pub(super) const KEPT_EXPIRED: i64 = 60;

/// How much a table holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

impl Bound {
    pub(super) const fn new(records: usize, mebibytes: usize) -> Self {
        Self { records, bytes: mebibytes * 1024 * 1024 }
    }
}

/// How much a table has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct TableUsage {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// What a record takes beside its value and twice its key: the entries of both indexes.
const ENTRY_OVERHEAD: usize = 128;

/// The records of one table.
#[derive(Debug)]
pub(super) struct Entries<T> {
    by_key: HashMap<Arc<str>, StoredEntry<T>>,
    /// The first to expire first, so that removing expired records takes no search.
    by_expiry: BTreeSet<(i64, Arc<str>)>,
    last_version: u64,
    /// The sizes of all records.
    bytes: usize,
    /// The keys of records that were removed to make room, if a store has to know of them.
    displaced: Option<Vec<Arc<str>>>,
}

#[derive(Debug)]
struct StoredEntry<T> {
    value: T,
    /// The first second at which the record is gone.
    expires: i64,
    version: Version,
    bytes: usize,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self { by_key: HashMap::new(), by_expiry: BTreeSet::new(), last_version: 0, bytes: 0, displaced: None }
    }
}

impl<T: RecordSize> Entries<T> {
    pub(super) fn get(&self, key: &str, now: i64) -> Option<(&T, Version)> {
        self.by_key.get(key).filter(|entry| now < entry.expires).map(|entry| (&entry.value, entry.version))
    }

    /// The records that have not expired, with their expiry.
    pub(super) fn iter(&self, now: i64) -> impl Iterator<Item = (&str, i64, &T)> {
        let live = self.by_key.iter().filter(move |(_, entry)| now < entry.expires);
        live.map(|(key, entry)| (&**key, entry.expires, &entry.value))
    }

    /// The record, expired or not, and its expiry.
    pub(super) fn stored(&self, key: &str) -> Option<(&T, i64)> {
        self.by_key.get(key).map(|entry| (&entry.value, entry.expires))
    }

    /// The number of records and their size, expired or not.
    pub(super) fn usage(&self) -> TableUsage {
        TableUsage { records: self.by_key.len(), bytes: self.bytes }
    }

    /// The keys of the records that were removed to make room since the last call. They are remembered after the first call.
    pub(super) fn take_displaced(&mut self) -> Vec<Arc<str>> {
        self.displaced.replace(Vec::new()).unwrap_or_default()
    }

    /// Changes a record in place.
    pub(super) fn update<R>(
        &mut self,
        key: &str,
        now: i64,
        bound: Bound,
        change: impl FnOnce(&mut T) -> R,
    ) -> Option<(R, Version)> {
        let entry = self.by_key.get_mut(key).filter(|entry| now < entry.expires)?;
        self.last_version += 1;
        entry.version = Version(self.last_version);
        let result = (change(&mut entry.value), entry.version);
        let bytes = size(key, &entry.value);
        self.bytes = self.bytes - entry.bytes + bytes;
        entry.bytes = bytes;
        self.make_room(bound, now, key);
        Some(result)
    }

    /// Lets a record expire at `expires`, if that is later than before.
    pub(super) fn extend(&mut self, key: &str, now: i64, expires: Option<i64>) {
        let (Some(expires), Some((key, entry))) = (expires, self.by_key.get_key_value(key)) else { return };
        if entry.expires <= now || expires <= entry.expires {
            return;
        }
        let (key, earlier) = (Arc::clone(key), entry.expires);
        self.by_expiry.remove(&(earlier, Arc::clone(&key)));
        if let Some(entry) = self.by_key.get_mut(&key) {
            entry.expires = expires;
        }
        self.by_expiry.insert((expires, key));
    }

    /// Writes a record. Records that have expired long ago are removed, and those that expire first when the bound is exceeded.
    pub(super) fn put(&mut self, key: &str, value: T, expires: i64, now: i64, bound: Bound) {
        self.remove(key);
        let bytes = size(key, &value);
        let key: Arc<str> = key.into();
        self.last_version += 1;
        self.bytes += bytes;
        self.by_expiry.insert((expires, Arc::clone(&key)));
        self.by_key
            .insert(Arc::clone(&key), StoredEntry { value, expires, version: Version(self.last_version), bytes });
        self.make_room(bound, now, &key);
    }

    /// Removes a record; its value, if it has not expired.
    pub(super) fn take(&mut self, key: &str, now: i64) -> Option<T> {
        self.remove(key).filter(|entry| now < entry.expires).map(|entry| entry.value)
    }

    fn remove(&mut self, key: &str) -> Option<StoredEntry<T>> {
        let (key, entry) = self.by_key.remove_entry(key)?;
        self.bytes -= entry.bytes;
        self.by_expiry.remove(&(entry.expires, key));
        Some(entry)
    }

    /// Removes records that have expired long ago, and the first to expire until the others are within the bound. The record `written` stays.
    fn make_room(&mut self, bound: Bound, now: i64, written: &str) {
        loop {
            let exceeded = self.by_key.len() > bound.records || self.bytes > bound.bytes;
            let mut oldest = self.by_expiry.iter().filter(|(_, key)| **key != *written);
            let Some((_, key)) = oldest.next().filter(|(expires, _)| *expires <= now - KEPT_EXPIRED || exceeded) else {
                return;
            };
            let key = Arc::clone(key);
            self.remove(&key);
            if let Some(displaced) = &mut self.displaced {
                displaced.push(key);
            }
        }
    }
}

fn size(key: &str, value: &impl RecordSize) -> usize {
    value.size() + 2 * key.len() + ENTRY_OVERHEAD
}
