//! Changes of records on their way to a durable store: queued in the order in which they are made, and acknowledged once they are
//! stored. Many are stored at once, so that one write to the disk serves many requests.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mock_idp_core::ledger::LedgerError;
use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use crate::metrics::Histogram;

/// A change of the records of an org.
#[derive(Clone, Debug)]
pub(crate) enum LoggedChange {
    Put {
        table: &'static str,
        key: String,
        expires: i64,
        bytes: Vec<u8>,
    },
    Delete {
        table: &'static str,
        key: String,
    },
    /// All tables but one are emptied.
    Clear {
        except: Option<&'static str>,
    },
}

/// A record as it was stored.
#[derive(Clone, Debug)]
pub(crate) struct LoggedRecord {
    pub(crate) table: String,
    pub(crate) key: String,
    pub(crate) expires: i64,
    pub(crate) bytes: Vec<u8>,
}

/// Changes, each with the name of its org.
pub(crate) type OrgChanges = Vec<(Arc<str>, LoggedChange)>;

/// The changes of all orgs that wait to be stored. Numbers count the changes.
#[derive(Debug)]
pub(crate) struct ChangeQueue {
    waiting: Mutex<Waiting>,
    added: Condvar,
    progress: watch::Sender<Progress>,
    /// How long writes to the store took.
    write_times: Histogram,
    /// Whether a change is acknowledged only when it is stored.
    sync: bool,
}

#[derive(Debug, Default)]
struct Waiting {
    changes: OrgChanges,
    last: u64,
    closed: bool,
}

/// How far the store is.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// All changes up to this one are stored.
    stored: u64,
    /// How often storing has failed; what was queued then is lost, and the orgs have to be loaded again.
    failures: u64,
    /// Why nothing can be stored now.
    error: Option<String>,
}

impl ChangeQueue {
    pub(crate) fn new(sync: bool) -> Arc<Self> {
        let (waiting, added) = (Mutex::default(), Condvar::new());
        let (progress, write_times) = (watch::Sender::default(), Histogram::default());
        Arc::new(Self { waiting, added, progress, write_times, sync })
    }

    pub(crate) fn is_sync(&self) -> bool {
        self.sync
    }

    /// All changes that wait, and the number of the last one; `None` when the queue is closed and empty. Waits for at most
    /// `limit`, and may return no changes then.
    pub(crate) fn take(&self, limit: Duration) -> Option<(OrgChanges, u64)> {
        let mut waiting = self.waiting.lock();
        if waiting.changes.is_empty() && !waiting.closed {
            self.added.wait_for(&mut waiting, limit);
        }
        if waiting.changes.is_empty() && waiting.closed {
            return None;
        }
        Some((std::mem::take(&mut waiting.changes), waiting.last))
    }

    /// All changes up to this one are stored.
    pub(crate) fn stored(&self, last: u64, took: Duration) {
        self.write_times.record(took);
        self.progress.send_modify(|progress| progress.stored = last);
    }

    /// Nothing can be stored: all changes that wait are refused, and no others are taken until [`Self::recovered`].
    pub(crate) fn failed(&self, error: String) {
        // Changes are added with `waiting` locked, so that none is added between the two steps.
        let mut waiting = self.waiting.lock();
        waiting.changes.clear();
        self.progress.send_modify(|progress| {
            progress.failures += 1;
            progress.error = Some(error);
        });
    }

    /// Changes are taken again.
    pub(crate) fn recovered(&self) {
        self.progress.send_modify(|progress| progress.error = None);
    }

    /// No more changes are added; what waits is stored.
    pub(crate) fn close(&self) {
        self.waiting.lock().closed = true;
        self.added.notify_one();
    }

    /// Why nothing can be stored now.
    pub(crate) fn error(&self) -> Option<String> {
        self.progress.borrow().error.clone()
    }

    /// How often storing has failed.
    fn failures(&self) -> u64 {
        self.progress.borrow().failures
    }

    fn add(&self, org: &Arc<str>, changes: Vec<LoggedChange>) -> Result<u64, LedgerError> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(LedgerError::Unavailable("the store is closed".to_owned()));
        }
        if let Some(error) = self.error() {
            return Err(LedgerError::Unavailable(error));
        }
        waiting.last += changes.len() as u64;
        waiting.changes.extend(changes.into_iter().map(|change| (Arc::clone(org), change)));
        self.added.notify_one();
        Ok(waiting.last)
    }
}

/// The log of one org.
pub(crate) struct ChangeLog {
    org: Arc<str>,
    queue: Arc<ChangeQueue>,
    /// The records that have been changed and may not be stored yet, with the number of the last change.
    unstored: Mutex<HashMap<(&'static str, String), u64>>,
    /// The number of the last change of all records.
    cleared: AtomicU64,
    /// The [`ChangeQueue::failures`] after which the org was loaded.
    loaded_after: AtomicU64,
    load: Box<Load>,
}

/// Reads the stored records of an org.
type Load = dyn Fn(&str) -> Result<Vec<LoggedRecord>, String> + Send + Sync;

impl fmt::Debug for ChangeLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeLog").field("org", &self.org).finish_non_exhaustive()
    }
}

/// A change that has to be stored before it is acknowledged.
#[derive(Debug)]
pub(super) struct Unstored {
    queue: Arc<ChangeQueue>,
    number: u64,
    failures: u64,
}

impl ChangeLog {
    pub(crate) fn new(
        org: &str,
        queue: Arc<ChangeQueue>,
        load: impl Fn(&str) -> Result<Vec<LoggedRecord>, String> + Send + Sync + 'static,
    ) -> Self {
        let (unstored, cleared, loaded_after) = (Mutex::default(), AtomicU64::new(0), AtomicU64::new(0));
        Self { org: org.into(), queue, unstored, cleared, loaded_after, load: Box::new(load) }
    }

    /// Whether the records in memory have to be loaded again, because changes of them could not be stored.
    pub(super) fn is_outdated(&self) -> bool {
        self.loaded_after.load(Ordering::Acquire) != self.queue.failures()
    }

    /// Why nothing can be stored now.
    pub(super) fn error(&self) -> Option<String> {
        self.queue.error()
    }

    /// How long writes to the store took.
    pub(super) fn write_times(&self) -> &Histogram {
        &self.queue.write_times
    }

    /// An error if changes cannot be stored, or the records in memory are not those of the store.
    pub(super) fn check(&self) -> Result<(), LedgerError> {
        if !self.is_outdated() {
            return Ok(());
        }
        Err(LedgerError::Unavailable(self.queue.error().unwrap_or_else(|| "it is loaded again".to_owned())))
    }

    /// The stored records; the log is up to date afterwards.
    pub(super) fn load(&self) -> Result<Vec<LoggedRecord>, LedgerError> {
        let failures = self.queue.failures();
        if let Some(error) = self.queue.error() {
            return Err(LedgerError::Unavailable(error));
        }
        let records = (self.load)(&self.org).map_err(LedgerError::Unavailable)?;
        self.unstored.lock().clear();
        // A clear that could not be stored is not waited for.
        self.cleared.store(0, Ordering::Release);
        self.loaded_after.store(failures, Ordering::Release);
        Ok(records)
    }

    /// Adds changes. They must be made in memory under the same lock, so that both have one order.
    pub(super) fn add(&self, changes: Vec<LoggedChange>) -> Result<Option<Unstored>, LedgerError> {
        self.check()?;
        let failures = self.queue.failures();
        if !self.queue.sync {
            return self.queue.add(&self.org, changes).map(|_| None);
        }
        let mut unstored = self.unstored.lock();
        let keys: Vec<_> = changes.iter().map(LoggedChange::key).collect();
        let number = self.queue.add(&self.org, changes)?;
        let stored = self.queue.progress.borrow().stored;
        if unstored.len() > 1_024 {
            unstored.retain(|_, number| *number > stored);
        }
        for key in keys {
            match key {
                Some(key) => _ = unstored.insert(key, number),
                None => self.cleared.store(number, Ordering::Release),
            }
        }
        Ok(Some(Unstored { queue: Arc::clone(&self.queue), number, failures }))
    }

    /// The change of a record that has been made in memory and may not be stored yet: what has read it waits for that.
    pub(super) fn unstored(&self, table: &'static str, key: &str) -> Option<Unstored> {
        let (stored, failures) = {
            let progress = self.queue.progress.borrow();
            (progress.stored, progress.failures)
        };
        let mut unstored = self.unstored.lock();
        let cleared = self.cleared.load(Ordering::Acquire);
        if unstored.is_empty() && cleared <= stored {
            return None;
        }
        let changed = unstored.get(&(table, key.to_owned())).copied().unwrap_or_default();
        if changed <= stored && changed > 0 {
            unstored.remove(&(table, key.to_owned()));
        }
        let number = changed.max(cleared);
        (number > stored).then(|| Unstored { queue: Arc::clone(&self.queue), number, failures })
    }
}

impl LoggedChange {
    /// The record that is changed; `None` if it is all of them.
    fn key(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Put { table, key, .. } | Self::Delete { table, key } => Some((table, key.clone())),
            Self::Clear { .. } => None,
        }
    }
}

impl Unstored {
    /// Waits until the change is stored.
    pub(super) async fn stored(self) -> Result<(), LedgerError> {
        let mut progress = self.queue.progress.subscribe();
        let settled =
            progress.wait_for(|progress| progress.stored >= self.number || progress.failures != self.failures);
        match settled.await {
            Ok(progress) if progress.failures == self.failures => Ok(()),
            Ok(progress) => Err(unavailable(progress.error.as_deref())),
            Err(_) => Err(unavailable(None)),
        }
    }
}

fn unavailable(error: Option<&str>) -> LedgerError {
    LedgerError::Unavailable(error.unwrap_or("the change could not be stored").to_owned())
}
