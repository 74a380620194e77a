//! The ledger: the records that sign-ins leave behind, and everything else that several processes of one org would have to share
//! (key rotations, the nonce secret, the clock's setting).
//!
//! The operations are few, asynchronous, atomic and fallible, so that a file or a server can store the records too. A record has an
//! expiry, which is judged by the org's clock; a store may remove expired records, and nothing depends on when it does.

mod batch;
#[cfg(any(test, feature = "redis"))]
mod byte_operations;
#[cfg(any(test, feature = "redis"))]
mod byte_store;
#[cfg(feature = "disk")]
mod disk;
mod entries;
mod list;
#[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the store on disk has a log"))]
mod log;
mod memory;
mod org_row;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod saved;
mod store;
mod table;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use batch::{Batch, PendingWrites};
#[cfg(feature = "disk")]
pub(crate) use disk::{DiskError, DiskStore, StateDir};
pub(crate) use entries::{NEVER, TableUsage, Version, Versioned};
pub(crate) use mock_idp_core::ledger::LedgerError;
pub(crate) use org_row::{ORG_ROWS, OrgRow};
pub(crate) use record::StoredRecord;
#[cfg(feature = "redis")]
pub(crate) use redis::{RedisError, RedisServer, RedisStore};
pub(crate) use saved::{SavedTables, SavedTablesError};
pub(crate) use table::Table;
pub(crate) use tables::LedgerAt;

use crate::metrics::Histogram;
use list::CLOCK_TABLE;
use mock_idp_core::ledger::ClockSetting;
use store::Store;

/// All records of one org.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    store: Store,
}

impl Ledger {
    #[cfg(test)]
    pub(crate) fn in_store(store: std::sync::Arc<dyn byte_store::ByteStore>) -> Self {
        Self { store: Store::Bytes(store) }
    }

    /// The records of an org in a store on disk.
    #[cfg(feature = "disk")]
    pub(crate) fn on_disk(store: &DiskStore, org: &str) -> Self {
        Self { store: Store::Memory(Box::new(memory::Memory::with_log(store.log(org)))) }
    }

    /// The records of an org in Redis.
    #[cfg(feature = "redis")]
    pub(crate) fn shared(store: RedisStore) -> Self {
        Self { store: Store::Bytes(std::sync::Arc::new(store)) }
    }

    /// The records that have not expired at `now`, in seconds since 1970 by the org's clock.
    pub(crate) fn at(&self, now: i64) -> LedgerAt<'_> {
        LedgerAt { store: &self.store, now }
    }

    /// Another number after each change of the clock's setting or of the signing keys. `None` if no other process shares the store.
    pub(crate) fn settings_revision(&self) -> Option<u64> {
        self.at(0).settings_revision()
    }

    /// Whether changes of the org are stored, so that they survive a restart.
    pub(crate) fn stores_org(&self) -> bool {
        match &self.store {
            Store::Memory(memory) => memory.log().is_some(),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(_) => true,
        }
    }

    /// Whether what is in memory has to be loaded from the store again: changes could not be stored, or another process has changed
    /// the org since this revision.
    #[cfg_attr(not(any(test, feature = "redis")), expect(unused_variables, reason = "only a shared store needs it"))]
    pub(crate) fn is_outdated(&self, revision: u64) -> bool {
        match &self.store {
            Store::Memory(memory) => memory.log().is_some_and(log::ChangeLog::is_outdated),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.known().org_revision != revision,
        }
    }

    /// Loads all records that are kept in memory from the store. `now` is the time by the clock with the stored setting. Returns the
    /// rows of the org and their revision.
    ///
    /// # Errors
    /// The store is unavailable, or has a record that this version cannot read.
    pub(crate) async fn load_stored(
        &self,
        now: impl FnOnce(Option<ClockSetting>) -> i64,
    ) -> Result<(u64, Vec<OrgRow>), LedgerError> {
        match &self.store {
            Store::Memory(memory) => Ok((0, load_in_memory(memory, now)?)),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.org_rows().await,
        }
    }

    /// The rows of the org that other processes have changed since a revision, and the current revision; a row without bytes is as in the
    /// document again. `None` if all rows have to be loaded.
    ///
    /// # Errors
    /// The store is unavailable.
    #[cfg_attr(
        not(any(test, feature = "redis")),
        expect(unused_variables, reason = "only a shared store has such rows")
    )]
    pub(crate) async fn org_changes(&self, since: u64) -> Result<Option<(u64, Vec<OrgRow>)>, LedgerError> {
        match &self.store {
            Store::Memory(_) => Ok(None),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.org_changes(since).await,
        }
    }

    /// Learns of what other processes have changed up to a moment ago, also if this process has stood still.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn refresh(&self) -> Result<(), LedgerError> {
        match &self.store {
            Store::Memory(_) => Ok(()),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.refresh().await,
        }
    }

    /// Stores changed rows of the org of this revision. Returns the next revision.
    ///
    /// # Errors
    /// The store is unavailable; a conflict if another process has changed the org.
    pub(crate) async fn store_org(&self, rows: Vec<OrgRow>, revision: u64) -> Result<u64, LedgerError> {
        match &self.store {
            Store::Memory(memory) => {
                memory.add(rows.into_iter().map(OrgRow::into_change).collect()).await?;
                Ok(revision)
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.commit_with_org(Vec::new(), rows, revision, 0).await,
        }
    }

    /// Whether other processes may change the org.
    pub(crate) fn is_shared(&self) -> bool {
        match &self.store {
            Store::Memory(_) => false,
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(_) => true,
        }
    }

    /// Keeps other processes from changing the org, for a moment.
    ///
    /// # Errors
    /// The store is unavailable, or others do not stop changing the org.
    #[cfg_attr(not(any(test, feature = "redis")), expect(unused_variables, reason = "only a shared store needs it"))]
    pub(crate) async fn lock_org(&self, owner: &str) -> Result<(), LedgerError> {
        match &self.store {
            Store::Memory(_) => Ok(()),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.lock_org(owner).await,
        }
    }

    /// Lets other processes change the org.
    ///
    /// # Errors
    /// The store is unavailable; they can change it soon then.
    #[cfg_attr(not(any(test, feature = "redis")), expect(unused_variables, reason = "only a shared store needs it"))]
    pub(crate) async fn unlock_org(&self, owner: &str) -> Result<(), LedgerError> {
        match &self.store {
            Store::Memory(_) => Ok(()),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.unlock_org(owner).await,
        }
    }

    /// Why the store is not available.
    pub(crate) fn error(&self) -> Option<String> {
        match &self.store {
            Store::Memory(memory) => memory.log().and_then(log::ChangeLog::error),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.known().error,
        }
    }

    /// How long writes to the store took. `None` if it is in this process' memory.
    pub(crate) fn write_times(&self) -> Option<&Histogram> {
        match &self.store {
            Store::Memory(memory) => memory.log().map(log::ChangeLog::write_times),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => Some(store.write_times()),
        }
    }

    /// How long reads from the store took. `None` if they are from this process' memory.
    pub(crate) fn read_times(&self) -> Option<&Histogram> {
        match &self.store {
            Store::Memory(_) => None,
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.read_times(),
        }
    }

    /// How many records each table has, and about how much memory they take.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn usage(&self) -> Result<Vec<(&'static str, TableUsage)>, LedgerError> {
        match &self.store {
            Store::Memory(memory) => Ok(memory.usage()),
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.usage().await,
        }
    }

    /// Runs a request, whose operations on a shared store may take a limited time together: it fails rather than wait for a slow store
    /// at each of them.
    pub(crate) async fn limit_time<T>(&self, request: impl Future<Output = T>) -> T {
        #[cfg(feature = "redis")]
        if self.is_shared() {
            return redis::limit_request(request).await;
        }
        request.await
    }

    /// All records that have not expired at `now`, except the setting of the clock.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn save(&self, now: i64) -> Result<SavedTables, LedgerError> {
        let mut saved = match &self.store {
            Store::Memory(memory) => memory
                .save(now)
                .map_err(|error| LedgerError::Unavailable(format!("a record cannot be saved: {error}")))?,
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => byte_operations::save(&**store, now).await?,
        };
        saved.shift_remove(CLOCK_TABLE);
        Ok(saved)
    }

    /// Replaces all records by saved ones, the setting of the clock, and the rows of the org, all at once. Returns the next revision
    /// of the org.
    ///
    /// # Errors
    /// A table is unknown, or has a record that cannot be read; nothing is changed then. Or the store is unavailable.
    pub(crate) async fn load(
        &self,
        mut saved: SavedTables,
        clock: ClockSetting,
        org: Vec<OrgRow>,
        now: i64,
    ) -> Result<u64, SavedTablesError> {
        saved.insert(CLOCK_TABLE.to_owned(), saved::clock_records(clock)?);
        match &self.store {
            Store::Memory(memory) => {
                let rows = org.into_iter().map(OrgRow::into_change).collect();
                memory.load(saved, rows, now).await?;
                Ok(0)
            }
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => byte_operations::load(&**store, saved, org, now).await,
        }
    }

    /// Removes all records, except those of revoked access tokens: the tokens stay valid by themselves, and must stay revoked. The
    /// rows of the org are removed too.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn clear(&self) -> Result<(), LedgerError> {
        match &self.store {
            Store::Memory(memory) => memory.clear().await,
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => store.clear_except(Some(list::KEPT_TABLE)).await,
        }
    }
}

fn load_in_memory(
    memory: &memory::Memory,
    now: impl FnOnce(Option<ClockSetting>) -> i64,
) -> Result<Vec<OrgRow>, LedgerError> {
    let records = memory.load_stored(|records| {
        let setting = records.iter().find(|record| record.table == CLOCK_TABLE);
        now(setting.and_then(|record| serde_json::from_slice(&record.bytes).ok()))
    })?;
    let rows = records.into_iter().map(|record| match record.table == ORG_ROWS {
        true => Ok(OrgRow { key: record.key, bytes: Some(record.bytes) }),
        false => Err(LedgerError::Unavailable(format!(
            "this version has no table `{}`; use the version that wrote the state, or start over with --reset-state",
            record.table
        ))),
    });
    rows.collect()
}
