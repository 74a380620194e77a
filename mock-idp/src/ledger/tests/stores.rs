//! Stores for tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::ledger::LedgerError;
use crate::ledger::byte_store::{ByteChange, ByteRecord, ByteStore, ByteWrite, Expected};
use crate::ledger::entries::Bound;

/// Serialised records in memory: as a file or a server would have them.
#[derive(Debug, Default)]
pub(crate) struct BytesInMemory(Mutex<Records>);

#[derive(Debug, Default)]
struct Records {
    by_key: BTreeMap<(&'static str, String), ByteRecord>,
    last_version: u64,
    clock_revision: u64,
}

impl ByteStore for BytesInMemory {
    fn read(&self, table: &'static str, key: &str) -> Result<Option<ByteRecord>, LedgerError> {
        Ok(self.0.lock().by_key.get(&(table, key.to_owned())).cloned())
    }

    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Result<(), LedgerError> {
        let mut records = self.0.lock();
        for ByteWrite { table, key, expected, .. } in &writes {
            let version = records.by_key.get(&(*table, key.clone())).map(|record| record.version);
            if *expected != Expected::Anything && *expected != Expected::Version(version) {
                return Err(LedgerError::Conflict { table });
            }
        }
        for ByteWrite { table, key, change, .. } in writes {
            if table == "clock_settings" {
                records.clock_revision += 1;
            }
            match change {
                ByteChange::Keep => {}
                ByteChange::Delete => _ = records.by_key.remove(&(table, key)),
                ByteChange::Put { bytes, expires, bound } => {
                    records.last_version += 1;
                    let version = records.last_version;
                    records.by_key.insert((table, key.clone()), ByteRecord { bytes, expires, version });
                    records.make_room(table, &key, bound, now);
                }
            }
        }
        Ok(())
    }

    fn clear_except(&self, table: &'static str) -> Result<(), LedgerError> {
        let mut records = self.0.lock();
        records.by_key.retain(|key, _| key.0 == table);
        records.clock_revision += 1;
        Ok(())
    }

    fn clock_revision(&self) -> u64 {
        self.0.lock().clock_revision
    }
}

impl Records {
    fn make_room(&mut self, table: &'static str, written: &str, bound: Bound, now: i64) {
        self.by_key.retain(|key, record| key.0 != table || key.1 == written || now < record.expires);
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

/// A store that does not answer while it is out of order.
#[derive(Debug, Default)]
pub(crate) struct BrokenStore {
    records: BytesInMemory,
    /// The number of commits after which it is out of order.
    working_commits: AtomicUsize,
}

impl BrokenStore {
    /// A store that answers until `commits` more writes have been made.
    pub(crate) fn after(commits: usize) -> Self {
        Self { records: BytesInMemory::default(), working_commits: AtomicUsize::new(commits) }
    }

    /// Lets it answer so many more commits.
    pub(crate) fn allow(&self, commits: usize) {
        self.working_commits.store(commits, Ordering::Release);
    }
}

impl ByteStore for BrokenStore {
    fn read(&self, table: &'static str, key: &str) -> Result<Option<ByteRecord>, LedgerError> {
        self.records.read(table, key)
    }

    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Result<(), LedgerError> {
        let take = |left: usize| left.checked_sub(1);
        match self.working_commits.fetch_update(Ordering::AcqRel, Ordering::Acquire, take) {
            Ok(_) => self.records.commit(writes, now),
            Err(_) => Err(FailingStore::error()),
        }
    }

    fn clock_revision(&self) -> u64 {
        self.records.clock_revision()
    }

    fn clear_except(&self, table: &'static str) -> Result<(), LedgerError> {
        self.records.clear_except(table)
    }
}

/// A store that never answers.
#[derive(Debug)]
pub(crate) struct FailingStore;

impl FailingStore {
    pub(crate) fn error() -> LedgerError {
        LedgerError::Unavailable("connection refused".to_owned())
    }
}

impl ByteStore for FailingStore {
    fn read(&self, _: &'static str, _: &str) -> Result<Option<ByteRecord>, LedgerError> {
        Err(Self::error())
    }

    fn commit(&self, _: Vec<ByteWrite>, _: i64) -> Result<(), LedgerError> {
        Err(Self::error())
    }

    fn clock_revision(&self) -> u64 {
        0
    }

    fn clear_except(&self, _: &'static str) -> Result<(), LedgerError> {
        Err(Self::error())
    }
}
