//! Records of the System Log that are not in the ledger yet.

use std::collections::VecDeque;
use std::sync::Arc;

use mock_idp_core::ledger::LoggedRequest;
use parking_lot::Mutex;

/// The largest number of records that wait, while the store is unavailable.
const MAX_WAITING: usize = 1_000;

/// The largest number of records that are written at once.
const MAX_WRITTEN: usize = 100;

/// See [`UnwrittenLog::writer`].
#[derive(Debug)]
pub(super) struct LogWriter<'l>(&'l UnwrittenLog);

impl Drop for LogWriter<'_> {
    fn drop(&mut self) {
        self.0.waiting.lock().has_writer = false;
    }
}

/// The records that wait to be written, in the order of the log.
#[derive(Debug, Default)]
pub(super) struct UnwrittenLog {
    waiting: Mutex<Waiting>,
    /// Locked while records are written.
    pub(super) writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    records: VecDeque<Arc<LoggedRequest>>,
    /// Whether a task will write what is added.
    has_writer: bool,
}

impl UnwrittenLog {
    /// Adds a record; whether a task has to be started that writes it. If too many wait, the oldest is dropped.
    pub(super) fn add(&self, record: Arc<LoggedRequest>) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.records.len() >= MAX_WAITING {
            waiting.records.pop_front();
            tracing::warn!("the events of a request are lost: the store of the System Log is not available");
        }
        waiting.records.push_back(record);
        !std::mem::replace(&mut waiting.has_writer, true)
    }

    /// The next records to write. If there are none, the writer ends.
    pub(super) fn take(&self) -> Vec<Arc<LoggedRequest>> {
        let mut waiting = self.waiting.lock();
        let count = waiting.records.len().min(MAX_WRITTEN);
        waiting.has_writer = count > 0;
        waiting.records.drain(..count).collect()
    }

    /// While the result is held, records are written. When it is dropped the next record starts a writer, also if the request that
    /// was writing is given up.
    pub(super) fn writer(&self) -> LogWriter<'_> {
        LogWriter(self)
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, records: Vec<Arc<LoggedRequest>>) {
        let mut waiting = self.waiting.lock();
        for record in records.into_iter().rev() {
            waiting.records.push_front(record);
        }
    }

    /// Drops all records that wait.
    pub(super) fn clear(&self) {
        self.waiting.lock().records.clear();
    }
}
