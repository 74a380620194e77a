//! Stores for tests.

use std::collections::BTreeMap;
use std::fmt;
use std::future::ready;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::{Mutex, MutexGuard};

use crate::ledger::byte_store::{ByteChange, ByteRecord, ByteStore, ByteWrite, Expected, KnownState, Stored};
use crate::ledger::entries::{Bound, KEPT_EXPIRED, TableUsage};
use crate::ledger::list::FOLLOWED_TABLES;
use crate::ledger::memory::{SerialisedRecord, SerialisedTable};
use crate::ledger::{LedgerError, OrgRow};
use crate::metrics::Histogram;

/// Serialised records in memory: as a server would have them.
#[derive(Debug, Default)]
pub(crate) struct BytesInMemory {
    records: Mutex<Records>,
    times: Histogram,
    /// What a server would have been asked for.
    operations: Mutex<Vec<String>>,
    other_process: OtherProcess,
}

/// What another process does before the next commit.
#[derive(Default)]
struct OtherProcess(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl fmt::Debug for OtherProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtherProcess")
    }
}

impl BytesInMemory {
    /// Another process does something before the next commit.
    pub(crate) fn before_commit(&self, action: impl FnOnce() + Send + 'static) {
        *self.other_process.0.lock() = Some(Box::new(action));
    }

    fn let_other_process_act(&self) {
        let action = self.other_process.0.lock().take();
        if let Some(act) = action {
            act();
        }
    }

    /// What a server would have been asked for, each in one round trip: the operation and its tables.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.operations.lock().clone()
    }

    /// How often a server would have been asked for something.
    pub(crate) fn round_trips(&self) -> usize {
        self.operations.lock().len()
    }

    /// The records, for one operation on tables.
    fn ask(&self, operation: &str, tables: impl IntoIterator<Item = &'static str>) -> MutexGuard<'_, Records> {
        let mut tables: Vec<_> = tables.into_iter().collect();
        tables.dedup();
        self.operations.lock().push(format!("{operation} {}", tables.join(", ")));
        self.records.lock()
    }
}

#[derive(Debug, Default)]
struct Records {
    by_key: BTreeMap<(&'static str, String), ByteRecord>,
    org: BTreeMap<String, Vec<u8>>,
    /// The revisions of the rows of the org that have been changed one by one, and the revision of the last change of all.
    org_changes: (BTreeMap<String, u64>, u64),
    last_version: u64,
    known: KnownState,
}

/// What has been done, as an operation that resolves at once.
fn done<'s, T: Send + 's>(result: Result<T, LedgerError>) -> Stored<'s, T> {
    Box::pin(ready(result))
}

impl ByteStore for BytesInMemory {
    fn read<'s>(&'s self, table: &'static str, key: &'s str) -> Stored<'s, Option<ByteRecord>> {
        done(Ok(self.ask("read", [table]).by_key.get(&(table, key.to_owned())).cloned()))
    }

    fn read_all<'s>(&'s self, keys: &'s [(&'static str, &'s str)]) -> Stored<'s, Vec<Option<ByteRecord>>> {
        if keys.is_empty() {
            return done(Ok(Vec::new()));
        }
        let records = self.ask("read", keys.iter().map(|(table, _)| *table));
        done(Ok(keys.iter().map(|(table, key)| records.by_key.get(&(*table, (*key).to_owned())).cloned()).collect()))
    }

    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Stored<'_, u64> {
        self.let_other_process_act();
        let tables: Vec<_> = writes.iter().map(|write| write.table).collect();
        done(self.ask("write", tables).commit(writes, now))
    }

    fn list(&self, table: &'static str) -> Stored<'_, Vec<(String, ByteRecord)>> {
        let records = self.ask("list", [table]);
        let of_table = records.by_key.iter().filter(|((known, _), _)| *known == table);
        done(Ok(of_table.map(|((_, key), record)| (key.clone(), record.clone())).collect()))
    }

    fn replace_all(&self, tables: Vec<SerialisedTable>, rows: Vec<OrgRow>) -> Stored<'_, u64> {
        let mut records = self.records.lock();
        records.last_version += 1;
        let version = records.last_version;
        let of_table = |SerialisedTable { name, records }| {
            let record = move |SerialisedRecord { key, expires, bytes }: SerialisedRecord| {
                ((name, key), ByteRecord { bytes, expires, version })
            };
            records.into_iter().map(record)
        };
        records.by_key = tables.into_iter().flat_map(of_table).collect();
        records.org = rows.into_iter().filter_map(|row| Some((row.key, row.bytes?))).collect();
        records.known.settings_revision += 1;
        records.all_of_org_changed();
        done(Ok(records.known.org_revision))
    }

    fn clear_except(&self, table: Option<&'static str>) -> Stored<'_, ()> {
        let mut records = self.records.lock();
        records.by_key.retain(|key, _| Some(key.0) == table);
        records.org.clear();
        records.known.settings_revision += 1;
        records.all_of_org_changed();
        done(Ok(()))
    }

    fn org_rows(&self) -> Stored<'_, (u64, Vec<OrgRow>)> {
        let records = self.records.lock();
        let row = |(key, bytes): (&String, &Vec<u8>)| OrgRow { key: key.clone(), bytes: Some(bytes.clone()) };
        done(Ok((records.known.org_revision, records.org.iter().map(row).collect())))
    }

    fn org_changes(&self, since: u64) -> Stored<'_, Option<(u64, Vec<OrgRow>)>> {
        let records = self.ask("changed rows", []);
        let (changed, complete_since) = &records.org_changes;
        if since < *complete_since || since > records.known.org_revision {
            return done(Ok(None));
        }
        let changed = changed.iter().filter(|(_, revision)| **revision > since).map(|(key, _)| key.clone());
        let row = |key: String| OrgRow { bytes: records.org.get(&key).cloned(), key };
        done(Ok(Some((records.known.org_revision, changed.map(row).collect()))))
    }

    fn commit_with_org(&self, writes: Vec<ByteWrite>, rows: Vec<OrgRow>, expected: u64, now: i64) -> Stored<'_, u64> {
        self.let_other_process_act();
        let tables: Vec<_> = writes.iter().map(|write| write.table).collect();
        let mut records = if tables.is_empty() { self.records.lock() } else { self.ask("write", tables) };
        if records.known.org_revision != expected {
            return done(Err(LedgerError::Conflict { table: "org_rows" }));
        }
        if let Err(error) = records.commit(writes, now) {
            return done(Err(error));
        }
        for OrgRow { key, bytes } in rows {
            records.org_changes.0.insert(key.clone(), expected + 1);
            match bytes {
                Some(bytes) => _ = records.org.insert(key, bytes),
                None => _ = records.org.remove(&key),
            }
        }
        records.known.org_revision += 1;
        done(Ok(records.known.org_revision))
    }

    fn lock_org<'s>(&'s self, _: &'s str) -> Stored<'s, ()> {
        done(Ok(()))
    }

    fn unlock_org<'s>(&'s self, _: &'s str) -> Stored<'s, ()> {
        done(Ok(()))
    }

    fn refresh(&self) -> Stored<'_, ()> {
        done(Ok(()))
    }

    fn known(&self) -> KnownState {
        self.records.lock().known.clone()
    }

    fn usage(&self) -> Stored<'_, Vec<(&'static str, TableUsage)>> {
        done(Ok(Vec::new()))
    }

    fn write_times(&self) -> &Histogram {
        &self.times
    }

    fn read_times(&self) -> Option<&Histogram> {
        None
    }
}

impl Records {
    fn all_of_org_changed(&mut self) {
        self.known.org_revision += 1;
        self.org_changes = (BTreeMap::new(), self.known.org_revision);
    }

    fn commit(&mut self, writes: Vec<ByteWrite>, now: i64) -> Result<u64, LedgerError> {
        for ByteWrite { table, key, expected, change } in &writes {
            let found = self.by_key.get(&(*table, key.clone()));
            let needs_live = matches!(change, ByteChange::Keep | ByteChange::Extend { .. });
            let lives = !needs_live || found.is_some_and(|record| now < record.expires);
            let version = found.map(|record| record.version);
            if *expected != Expected::Anything && (*expected != Expected::Version(version) || !lives) {
                return Err(LedgerError::Conflict { table });
            }
        }
        self.last_version += 1;
        let version = self.last_version;
        for ByteWrite { table, key, change, .. } in writes {
            if FOLLOWED_TABLES.contains(&table) {
                self.known.settings_revision += 1;
            }
            match change {
                ByteChange::Keep => {}
                ByteChange::Delete => _ = self.by_key.remove(&(table, key)),
                ByteChange::Extend { bytes, expires, bound } => {
                    let known = self.by_key.get(&(table, key.clone())).map_or(expires, |record| record.expires);
                    let expires = expires.max(known);
                    self.by_key.insert((table, key.clone()), ByteRecord { bytes, expires, version });
                    self.make_room(table, &key, bound, now);
                }
                ByteChange::Put { bytes, expires, bound } => {
                    self.by_key.insert((table, key.clone()), ByteRecord { bytes, expires, version });
                    self.make_room(table, &key, bound, now);
                }
            }
        }
        Ok(version)
    }

    fn make_room(&mut self, table: &'static str, written: &str, bound: Bound, now: i64) {
        self.by_key.retain(|key, record| key.0 != table || key.1 == written || now - KEPT_EXPIRED < record.expires);
        loop {
            let of_table = || self.by_key.iter().filter(|(key, _)| key.0 == table);
            let bytes: usize = of_table().map(|(_, record)| record.bytes.len()).sum();
            if of_table().count() <= bound.records && bytes <= bound.bytes {
                return;
            }
            let others = of_table().filter(|(key, _)| key.1 != written);
            let Some(first) = others.min_by_key(|(_, record)| record.expires).map(|(key, _)| key.clone()) else {
                return;
            };
            self.by_key.remove(&first);
        }
    }
}

/// A store that refuses writes while it is out of order.
#[derive(Debug, Default)]
pub(crate) struct BrokenStore {
    records: BytesInMemory,
    /// The number of writes after which it is out of order.
    working_writes: AtomicUsize,
    /// Whether only one write fails.
    fails_once: AtomicBool,
    /// Whether it does not answer at all.
    silent: bool,
}

impl BrokenStore {
    /// A store that answers until `writes` more writes have been made.
    pub(crate) fn after(writes: usize) -> Self {
        Self { working_writes: AtomicUsize::new(writes), ..Self::default() }
    }

    /// A store that never answers.
    pub(crate) fn silent() -> Self {
        Self { silent: true, ..Self::default() }
    }

    /// Lets it answer so many more writes.
    pub(crate) fn allow(&self, writes: usize) {
        self.working_writes.store(writes, Ordering::Release);
    }

    /// Lets one write fail after so many more.
    pub(crate) fn fail_once_after(&self, writes: usize) {
        self.fails_once.store(true, Ordering::Release);
        self.allow(writes);
    }

    pub(crate) fn error() -> LedgerError {
        LedgerError::Unavailable("connection refused".to_owned())
    }

    fn read_or_fail<'s, T: Send + 's>(&self, answer: impl FnOnce() -> Stored<'s, T>) -> Stored<'s, T> {
        if self.silent { done(Err(Self::error())) } else { answer() }
    }

    fn write_or_fail<'s, T: Send + 's>(&self, write: impl FnOnce() -> Stored<'s, T>) -> Stored<'s, T> {
        let take = |left: usize| left.checked_sub(1);
        match self.working_writes.fetch_update(Ordering::AcqRel, Ordering::Acquire, take) {
            Ok(_) if !self.silent => write(),
            _ => {
                if self.fails_once.swap(false, Ordering::AcqRel) {
                    self.allow(usize::MAX);
                }
                done(Err(Self::error()))
            }
        }
    }
}

impl ByteStore for BrokenStore {
    fn read<'s>(&'s self, table: &'static str, key: &'s str) -> Stored<'s, Option<ByteRecord>> {
        self.read_or_fail(|| self.records.read(table, key))
    }

    fn read_all<'s>(&'s self, keys: &'s [(&'static str, &'s str)]) -> Stored<'s, Vec<Option<ByteRecord>>> {
        self.read_or_fail(|| self.records.read_all(keys))
    }

    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Stored<'_, u64> {
        self.write_or_fail(|| self.records.commit(writes, now))
    }

    fn list(&self, table: &'static str) -> Stored<'_, Vec<(String, ByteRecord)>> {
        self.read_or_fail(|| self.records.list(table))
    }

    fn replace_all(&self, tables: Vec<SerialisedTable>, rows: Vec<OrgRow>) -> Stored<'_, u64> {
        self.write_or_fail(|| self.records.replace_all(tables, rows))
    }

    fn clear_except(&self, table: Option<&'static str>) -> Stored<'_, ()> {
        self.write_or_fail(|| self.records.clear_except(table))
    }

    fn org_rows(&self) -> Stored<'_, (u64, Vec<OrgRow>)> {
        self.read_or_fail(|| self.records.org_rows())
    }

    fn org_changes(&self, since: u64) -> Stored<'_, Option<(u64, Vec<OrgRow>)>> {
        self.read_or_fail(|| self.records.org_changes(since))
    }

    fn commit_with_org(&self, writes: Vec<ByteWrite>, rows: Vec<OrgRow>, expected: u64, now: i64) -> Stored<'_, u64> {
        self.write_or_fail(|| self.records.commit_with_org(writes, rows, expected, now))
    }

    fn lock_org<'s>(&'s self, owner: &'s str) -> Stored<'s, ()> {
        self.read_or_fail(|| self.records.lock_org(owner))
    }

    fn unlock_org<'s>(&'s self, owner: &'s str) -> Stored<'s, ()> {
        self.read_or_fail(|| self.records.unlock_org(owner))
    }

    fn refresh(&self) -> Stored<'_, ()> {
        done(Ok(()))
    }

    fn known(&self) -> KnownState {
        self.records.known()
    }

    fn usage(&self) -> Stored<'_, Vec<(&'static str, TableUsage)>> {
        self.read_or_fail(|| self.records.usage())
    }

    fn write_times(&self) -> &Histogram {
        self.records.write_times()
    }

    fn read_times(&self) -> Option<&Histogram> {
        self.records.read_times()
    }
}
