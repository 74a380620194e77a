//! Changes of an org on their way to the store, and an org that is restored from it.

use std::sync::atomic::Ordering;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::org::{Org, Problem, Problems, RowChange, StoredRow};

use super::OrgInstance;
use super::randomness::Sequence;
use super::snapshots::OrgChange;
use crate::ledger::{Batch, Ledger, ORG_ROWS, OrgRow, TableUsage};
use crate::metrics::Histogram;

/// Keeps other processes from changing an org.
#[derive(Debug)]
struct OrgLock<'o> {
    ledger: &'o Ledger,
    owner: &'o str,
    _guard: tokio::sync::MutexGuard<'o, ()>,
}

impl OrgLock<'_> {
    /// Lets others change the org.
    async fn release(self) {
        // The store releases it by itself soon.
        if let Err(error) = self.ledger.unlock_org(self.owner).await {
            tracing::warn!("{error}");
        }
    }
}

/// The revision of an org that has to be loaded again.
const OUTDATED: u64 = u64::MAX;

const CHANGED_ELSEWHERE: &str = "the org has been changed at the same time";

/// A change of the org that has been made in memory, and is stored together with other writes. If it is dropped before, it is lost.
#[derive(Debug)]
#[must_use = "the change is lost when this is dropped"]
pub(super) struct UnstoredChange<'o> {
    org: &'o OrgInstance,
    is_stored: bool,
    _storing: tokio::sync::MutexGuard<'o, ()>,
}

impl UnstoredChange<'_> {
    /// Stores the change together with a batch: both, or nothing. `false`: other requests have changed what the batch depends on, and it
    /// has to be made again.
    ///
    /// # Errors
    /// The store is unavailable, or another process has changed the org.
    pub(super) async fn store_with(&mut self, batch: Batch<'_>) -> Result<bool, LedgerError> {
        let unstored = &self.org.unstored;
        let (rows, last) = unstored.to_store();
        match batch.commit_with_org(unstored.revision.load(Ordering::Acquire), || rows).await {
            Err(LedgerError::Conflict { table }) if table != ORG_ROWS => Ok(false),
            committed => {
                unstored.revision.store(committed?, Ordering::Release);
                unstored.finish(last, None);
                self.is_stored = true;
                Ok(true)
            }
        }
    }
}

impl Drop for UnstoredChange<'_> {
    fn drop(&mut self) {
        if !self.is_stored && self.org.is_stored() {
            self.org.unstored.revision.store(OUTDATED, Ordering::Release);
            self.org.unstored.lose("a change of the org and its effects could not be stored");
        }
    }
}

/// Why an org is not restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestoreError {
    #[error("{0}")]
    Store(#[from] LedgerError),
    #[error("the changes that were made at run time do not fit the org document:\n{0}")]
    Rows(#[from] Problems),
}

/// An org that has been restored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Restored {
    /// How many objects differ from the document.
    pub(crate) changes: usize,
    /// The digest of the document that they belong to.
    document: Option<Vec<u8>>,
    /// The sequence of the seed that the last start has used.
    sequence: Option<Sequence>,
}

/// The key of the digest of the document that the rows belong to.
const DOCUMENT: &str = "document";
/// The key of the sequence of the seed that is in use.
const SEQUENCE: &str = "sequence";

impl OrgInstance {
    /// Whether changes of the org are stored.
    #[must_use]
    pub(crate) fn is_stored(&self) -> bool {
        self.ledger.stores_org()
    }

    /// Why the store is not available.
    #[must_use]
    pub(crate) fn store_error(&self) -> Option<String> {
        self.ledger.error()
    }

    /// How many records each table has, and about how much memory they take.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn table_usage(&self) -> Result<Vec<(&'static str, TableUsage)>, LedgerError> {
        self.ledger.usage().await
    }

    /// How long reads from the store took. `None` if they are from memory.
    #[must_use]
    pub(crate) fn store_read_times(&self) -> Option<&Histogram> {
        self.ledger.read_times()
    }

    /// Runs a request, whose operations on a shared store may take a limited time together.
    pub(crate) async fn limit_store_time<T>(&self, request: impl Future<Output = T>) -> T {
        self.ledger.limit_time(request).await
    }

    /// How long writes to the store took. `None` if it is in memory.
    #[must_use]
    pub(crate) fn store_write_times(&self) -> Option<&Histogram> {
        self.ledger.write_times()
    }

    /// Notes that the org has changed. It is stored by [`Self::settle`].
    pub(super) fn note_change(&self, change: &OrgChange<'_>) -> Result<(), Problems> {
        if self.is_stored() {
            let OrgChange { before, after, seed } = change;
            self.unstored.add(rows(after.row_changes(before, seed).map_err(unwritable)?)?);
        }
        Ok(())
    }

    /// Waits until all changes of the org that have been made are stored.
    ///
    /// # Errors
    /// They cannot be stored; the org is restored without them.
    pub(crate) async fn settle(&self) -> Result<(), LedgerError> {
        let stored = self.unstored.waiting.lock().stored;
        self.settle_since(stored).await
    }

    /// The same; it fails if any change after this number could not be stored.
    async fn settle_since(&self, began: u64) -> Result<(), LedgerError> {
        if let Some(settled) = self.unstored.settled(began) {
            return settled;
        }
        let _storing = self.unstored.storing.lock().await;
        if let Some(settled) = self.unstored.settled(began) {
            return settled;
        }
        let (rows, last) = self.unstored.to_store();
        let revision = self.unstored.revision.load(Ordering::Acquire);
        let stored = self.ledger.store_org(rows, revision).await;
        // If it failed, the snapshot has changes that are not stored: it is loaded again.
        let revision = stored.as_ref().copied().unwrap_or(OUTDATED);
        self.unstored.revision.store(revision, Ordering::Release);
        self.unstored.finish(last, stored.err());
        self.unstored.settled(began).unwrap_or(Ok(()))
    }

    /// Loads the org and its records again, if changes could not be stored.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn follow_store(&self) -> Result<(), LedgerError> {
        self.ledger.refresh().await?;
        if !self.is_outdated() {
            return Ok(());
        }
        let _storing = self.unstored.storing.lock().await;
        if self.is_outdated() && !self.follow_changes().await? {
            self.restore().await.map_err(|error| LedgerError::Unavailable(error.to_string()))?;
        }
        Ok(())
    }

    /// Follows the rows of the org that other processes have changed. Whether that has been possible.
    async fn follow_changes(&self) -> Result<bool, LedgerError> {
        let known = self.unstored.revision.load(Ordering::Acquire);
        if known == OUTDATED || !matches!(self.unstored.settled(u64::MAX), Some(Ok(()))) {
            return Ok(false);
        }
        let Some((revision, rows)) = self.ledger.org_changes(known).await? else { return Ok(false) };
        // Notes of mocks that start do not belong to the org.
        let rows = rows.into_iter().filter(|row| row.key != DOCUMENT && row.key != SEQUENCE);
        let changed = rows.map(changed_row).collect::<Result<_, _>>();
        let changed = changed.and_then(|rows| self.org().with_changed_rows(&self.seed(), rows));
        // What does not fit is reported when all rows are loaded.
        let Ok(Some(org)) = changed else { return Ok(false) };
        self.snapshots.load(org);
        self.unstored.lose(CHANGED_ELSEWHERE);
        self.unstored.revision.store(revision, Ordering::Release);
        self.key_sets.clear();
        self.increment_revision();
        Ok(true)
    }

    /// Loads the org and its records from the store.
    ///
    /// # Errors
    /// The store is unavailable, or what it has does not fit the document.
    pub(crate) async fn restore(&self) -> Result<Restored, RestoreError> {
        if !self.is_stored() {
            return Ok(Restored::default());
        }
        let load = self.ledger.load_stored(|setting| {
            self.clock.follow(setting.unwrap_or_else(|| self.clock.start()));
            self.clock.now()
        });
        let (revision, mut rows) = load.await?;
        let mut take =
            |key: &str| rows.iter().position(|row| row.key == key).map(|position| rows.swap_remove(position));
        let (document, sequence) = (take(DOCUMENT), take(SEQUENCE));
        let seed = self.snapshots.seed();
        let changes = rows.len();
        let org = seed.with_rows(rows.into_iter().map(stored_row).collect::<Result<_, _>>()?)?;
        self.snapshots.load(org);
        self.unstored.lose(CHANGED_ELSEWHERE);
        self.unstored.revision.store(revision, Ordering::Release);
        self.key_sets.clear();
        self.increment_revision();
        let sequence = sequence.and_then(|row| row.bytes).map(|name| Sequence::stored(&name));
        Ok(Restored { changes, document: document.and_then(|row| row.bytes), sequence })
    }

    /// Begins the sequence of the seed that follows those which the restored state has used, so that no value is given again.
    pub(crate) fn continue_sequence(&self, restored: &Restored) {
        let sequence = match &restored.sequence {
            Some(used) => used.next(),
            // A state that has been used without a seed, or by an earlier version.
            None if restored.document.is_some() => Sequence::first().next(),
            None => Sequence::first(),
        };
        // A new instance has begun the first one, and has taken the nonce secret from it.
        if sequence != Sequence::first() {
            self.randomness.begin(&sequence);
        }
        self.note_sequence(&sequence);
    }

    /// Notes which sequence of the seed is in use.
    pub(super) fn note_sequence(&self, sequence: &Sequence) {
        if self.is_stored() && self.randomness.is_seeded() {
            self.unstored.add(vec![sequence_row(sequence)]);
        }
    }

    /// Notes which document the stored rows belong to; whether it was another one before.
    pub(crate) fn note_document(&self, restored: &Restored) -> bool {
        let digest = document_digest(&self.snapshots.seed());
        if !self.is_stored() || restored.document.as_ref() == Some(&digest) {
            return false;
        }
        self.unstored.add(vec![document_row(digest)]);
        restored.document.is_some()
    }

    /// Whether other processes can change the org.
    #[must_use]
    pub(crate) fn is_shared(&self) -> bool {
        self.ledger.is_shared()
    }

    fn is_outdated(&self) -> bool {
        self.ledger.is_outdated(self.unstored.revision.load(Ordering::Acquire))
    }

    /// Runs a request on the org as it is stored now, and waits until its changes of the org are stored.
    ///
    /// # Errors
    /// The store is unavailable, or the changes cannot be stored; the org is restored without them.
    pub(crate) async fn run_stored<T, F: Future<Output = T>>(
        &self,
        may_change: bool,
        request: impl FnOnce() -> F,
    ) -> Result<T, LedgerError> {
        let lock = if may_change { self.begin_change().await? } else { None };
        let began = self.unstored.waiting.lock().made;
        let result = match self.follow().await {
            Ok(()) => Ok(request().await),
            Err(error) => Err(error),
        };
        let settled = self.settle_since(began).await;
        if let Some(lock) = lock {
            lock.release().await;
        }
        settled.and(result)
    }

    /// Commits a batch with a change of the org as it is stored now: both, or nothing.
    ///
    /// # Errors
    /// A condition of the batch is not met, or the store is unavailable. The org is restored without the change then.
    pub(super) async fn commit_with_change(
        &self,
        batch: Batch<'_>,
        change: impl FnOnce() + Send,
    ) -> Result<(), LedgerError> {
        let lock = self.begin_change().await?;
        let committed = match self.follow().await {
            Ok(()) => self.commit_and_store(batch, change).await,
            Err(error) => Err(error),
        };
        if let Some(lock) = lock {
            lock.release().await;
        }
        committed
    }

    /// While this is held, changes of the org that are made wait to be stored.
    pub(super) async fn lock_storing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.unstored.storing.lock().await
    }

    /// A change that has been made while storing was locked.
    pub(super) fn changed<'o>(&'o self, storing: tokio::sync::MutexGuard<'o, ()>) -> UnstoredChange<'o> {
        UnstoredChange { org: self, is_stored: false, _storing: storing }
    }

    async fn commit_and_store(&self, batch: Batch<'_>, change: impl FnOnce() + Send) -> Result<(), LedgerError> {
        // All changes that wait are stored together, so that later ones do not overtake earlier ones.
        let _storing = self.unstored.storing.lock().await;
        let revision = self.unstored.revision.load(Ordering::Acquire);
        let mut last = None;
        let change_org = || {
            change();
            let (rows, made) = self.unstored.to_store();
            last = Some(made);
            rows
        };
        let committed = batch.commit_with_org(revision, change_org).await;
        if let Some(last) = last {
            self.unstored.revision.store(committed.as_ref().copied().unwrap_or(OUTDATED), Ordering::Release);
            self.unstored.finish(last, committed.as_ref().err().cloned());
        }
        committed.map(drop)
    }

    /// The org and its clock are as they are stored.
    async fn follow(&self) -> Result<(), LedgerError> {
        self.follow_store().await?;
        self.follow_clock().await
    }

    /// Begins a request that may change the org: no other process changes it until the change has ended. `None` if no other process
    /// can.
    ///
    /// # Errors
    /// The store is unavailable, or others do not stop changing the org.
    async fn begin_change(&self) -> Result<Option<OrgLock<'_>>, LedgerError> {
        if !self.ledger.is_shared() {
            return Ok(None);
        }
        let guard = self.unstored.changing.lock().await;
        self.ledger.lock_org(&self.unstored.owner).await?;
        Ok(Some(OrgLock { ledger: &self.ledger, owner: &self.unstored.owner, _guard: guard }))
    }

    /// All rows that an org needs so that it is restored from the seed.
    pub(super) fn all_rows(&self, org: &Org, sequence: &Sequence) -> Result<Vec<OrgRow>, Problems> {
        if !self.is_stored() {
            return Ok(Vec::new());
        }
        let seed = self.snapshots.seed();
        let mut all = rows(org.row_changes(&seed, &seed).map_err(unwritable)?)?;
        all.push(document_row(document_digest(&seed)));
        all.push(sequence_row(sequence));
        Ok(all)
    }
}

fn document_row(digest: Vec<u8>) -> OrgRow {
    OrgRow { key: DOCUMENT.to_owned(), bytes: Some(digest) }
}

fn sequence_row(sequence: &Sequence) -> OrgRow {
    OrgRow { key: SEQUENCE.to_owned(), bytes: Some(sequence.as_str().as_bytes().to_vec()) }
}

fn document_digest(org: &Org) -> Vec<u8> {
    let json = serde_json::to_vec(&org.to_document()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &json)).into_bytes()
}

/// A removed row is stored as `null`.
fn rows(changes: Vec<(String, RowChange)>) -> Result<Vec<OrgRow>, Problems> {
    let row = |(key, change)| {
        let bytes = match change {
            RowChange::Put(row) => Some(serde_json::to_vec(&row).map_err(unwritable)?),
            RowChange::Remove => Some(b"null".to_vec()),
            RowChange::Forget => None,
        };
        Ok(OrgRow { key, bytes })
    };
    changes.into_iter().map(row).collect()
}

fn stored_row(OrgRow { key, bytes }: OrgRow) -> Result<(String, Option<StoredRow>), Problems> {
    let row = serde_json::from_slice(bytes.as_deref().unwrap_or(b"null"));
    match row {
        Ok(row) => Ok((key, row)),
        Err(error) => Err(problem(format!("the stored row {key:?} cannot be read: {error}"))),
    }
}

fn changed_row(OrgRow { key, bytes }: OrgRow) -> Result<(String, RowChange), Problems> {
    let is_stored = bytes.is_some();
    let (key, row) = stored_row(OrgRow { key, bytes })?;
    Ok((key, row.map_or(if is_stored { RowChange::Remove } else { RowChange::Forget }, RowChange::Put)))
}

fn unwritable(error: serde_json::Error) -> Problems {
    problem(format!("a row cannot be written: {error}"))
}

fn problem(message: String) -> Problems {
    Problems(vec![Problem::at("", message)])
}
