//! Stores for tests.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use crate::ledger::LedgerError;
use crate::ledger::byte_store::{ByteChange, ByteRecord, ByteStore, ByteWrite, Expected};

/// Serialised records in memory: as a file or a server would have them.
#[derive(Debug, Default)]
pub(super) struct BytesInMemory(Mutex<Records>);

#[derive(Debug, Default)]
struct Records {
    by_key: BTreeMap<(&'static str, String), ByteRecord>,
    last_version: u64,
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
            match change {
                ByteChange::Keep => {}
                ByteChange::Delete => _ = records.by_key.remove(&(table, key)),
                ByteChange::Put { bytes, expires, bound } => {
                    records.by_key.remove(&(table, key.clone()));
                    records.make_room(table, bound, now);
                    records.last_version += 1;
                    let version = records.last_version;
                    records.by_key.insert((table, key), ByteRecord { bytes, expires, version });
                }
            }
        }
        Ok(())
    }

    fn clear(&self) -> Result<(), LedgerError> {
        self.0.lock().by_key.clear();
        Ok(())
    }
}

impl Records {
    fn make_room(&mut self, table: &'static str, bound: usize, now: i64) {
        self.by_key.retain(|key, record| key.0 != table || now < record.expires);
        while self.by_key.keys().filter(|key| key.0 == table).count() >= bound {
            let of_table = self.by_key.iter().filter(|(key, _)| key.0 == table);
            let Some(first) = of_table.min_by_key(|(_, record)| record.expires).map(|(key, _)| key.clone()) else {
                break;
            };
            self.by_key.remove(&first);
        }
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

    fn clear(&self) -> Result<(), LedgerError> {
        Err(Self::error())
    }
}
