//! The store on disk: one file for all orgs of a process. The records are in memory; the file has a copy of them, which is changed
//! before a change is acknowledged. A thread of its own writes whatever has been queued since its last write.

mod dir;
mod error;
mod file;
mod repair;
mod salvage;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) use dir::StateDir;
pub(crate) use error::DiskError;
use file::DiskFile;

use super::log::{ChangeLog, ChangeQueue};

/// After how long changes are on the disk at the latest that are acknowledged before.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);
/// The time between two attempts to open the file again.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);
/// The longest wait without anything to do.
const IDLE: Duration = Duration::from_secs(3_600);

/// The store on disk. When it is dropped, all changes are on the disk.
#[derive(Debug)]
pub(crate) struct DiskStore {
    file: Arc<DiskFile>,
    queue: Arc<ChangeQueue>,
    writer: Option<JoinHandle<()>>,
    /// Locked until the file is closed. `None` in tests without a directory.
    _dir: Option<StateDir>,
}

impl DiskStore {
    /// Opens the state in a directory. With `sync`, a change is acknowledged only when it is on the disk.
    ///
    /// # Errors
    /// The state is damaged, a later version has written it, or it cannot be read or written.
    pub(crate) fn open(dir: StateDir, sync: bool) -> Result<Self, DiskError> {
        Self::start(DiskFile::in_dir(&dir)?, Some(dir), sync)
    }

    fn start(file: DiskFile, dir: Option<StateDir>, sync: bool) -> Result<Self, DiskError> {
        let (file, queue) = (Arc::new(file), ChangeQueue::new(sync));
        let (writing, changes) = (Arc::clone(&file), Arc::clone(&queue));
        let thread = std::thread::Builder::new().name("mock-idp-state".to_owned());
        let writer = thread.spawn(move || write_changes(&writing, &changes)).map_err(|error| file.io(error))?;
        Ok(Self { file, queue, writer: Some(writer), _dir: dir })
    }

    /// The log of an org.
    pub(crate) fn log(&self, org: &str) -> ChangeLog {
        let file = Arc::clone(&self.file);
        ChangeLog::new(org, Arc::clone(&self.queue), move |org| file.read(org))
    }

    /// The orgs that the file has records of.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn orgs(&self) -> Result<Vec<String>, String> {
        self.file.orgs()
    }
}

impl Drop for DiskStore {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // A panic of the writer has been reported.
            let _ = writer.join();
        }
        self.file.close();
    }
}

fn write_changes(file: &DiskFile, queue: &ChangeQueue) {
    let mut last_sync = Instant::now();
    let mut unsynced = false;
    while let Some((changes, last)) = queue.take(if unsynced { SYNC_INTERVAL } else { IDLE }) {
        let sync = queue.is_sync() || last_sync.elapsed() >= SYNC_INTERVAL;
        if changes.is_empty() && !unsynced {
            continue;
        }
        let began = Instant::now();
        match file.commit(&changes, sync) {
            Ok(()) => {
                unsynced = !sync;
                last_sync = if sync { Instant::now() } else { last_sync };
                queue.stored(last, began.elapsed());
            }
            Err(error) => {
                tracing::error!(target: "mock_idp", "the state cannot be written: {error}");
                queue.failed(format!("the state cannot be written: {error}"));
                unsynced = false;
                while file.reopen().is_err() {
                    if queue.take(RETRY_INTERVAL).is_none() {
                        return;
                    }
                }
                queue.recovered();
            }
        }
    }
    if unsynced && let Err(error) = file.commit(&[], true) {
        tracing::error!(target: "mock_idp", "the last changes of the state are not on the disk: {error}");
    }
}
