//! The tables of an org in memory, behind one lock, which makes a batch atomic.

use mock_idp_core::ledger::{
    ClockSetting, Code, Consent, ConsumedValue, DeviceSecret, FailedSignIns, InterclientGrant, IssuedTokens, KeyRecord,
    PendingRequests, PolledRequest, PushedRequest, RecordSize, RefreshTokenOwner, RevokedAccessToken, Session,
    SessionClient, SignedIn, StateHandle, TokenFamily, Transaction, UserCode,
};
use mock_idp_core::protocol::RequestedClaims;
use parking_lot::{Mutex, MutexGuard};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::entries::{Bound, Entries};
use super::list::for_all_tables;
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
                    let bound = Bound { records: $records, bytes: $mebibytes * 1024 * 1024 };
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

        /// The names of all tables.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

for_all_tables!(memory_tables);

/// All tables of one org.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<MemoryTables>);

impl Memory {
    pub(super) fn lock(&self) -> MutexGuard<'_, MemoryTables> {
        self.0.lock()
    }

    /// The records that have not expired.
    pub(super) fn save(&self, now: i64) -> Result<SavedTables, serde_json::Error> {
        self.0.lock().save(now)
    }

    /// Replaces all records.
    pub(super) fn load(&self, saved: SavedTables, now: i64) -> Result<(), SavedTablesError> {
        let loaded = MemoryTables::load(saved, now)?;
        let replaced = std::mem::replace(&mut *self.0.lock(), loaded);
        // Freed outside the lock.
        drop(replaced);
        Ok(())
    }

    /// Removes all records, except those of revoked access tokens.
    pub(super) fn clear(&self) {
        let mut tables = self.0.lock();
        let revoked_access_tokens = std::mem::take(&mut tables.revoked_access_tokens);
        let cleared =
            std::mem::replace(&mut *tables, MemoryTables { revoked_access_tokens, ..MemoryTables::default() });
        drop(tables);
        // Freed outside the lock.
        drop(cleared);
    }
}

fn save<T: RecordSize + Serialize>(entries: &Entries<T>, now: i64) -> Result<Value, serde_json::Error> {
    let mut records: Vec<_> =
        entries.iter(now).map(|(key, expires, value)| SavedRecord::new(key, expires, value)).collect();
    records.sort_by(|left, right| left.key.cmp(&right.key));
    serde_json::to_value(records)
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
