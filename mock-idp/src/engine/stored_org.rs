//! Changes of an org on their way to the store, and an org that is restored from it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::org::{Org, Problem, Problems, RowChange, StoredRow};

use super::OrgInstance;
use super::snapshots::OrgChange;
use crate::ledger::{OrgRow, TableUsage};
use crate::metrics::Histogram;

/// Why an org is not restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestoreError {
    #[error("{0}")]
    Store(#[from] LedgerError),
    #[error("the changes that were made at run time do not fit the org document:\n{0}")]
    Rows(#[from] Problems),
}

/// An org that has been restored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restored {
    /// How many objects differ from the document.
    pub(crate) changes: usize,
    /// Whether the document is another one than when the state was written.
    pub(crate) document_changed: bool,
}

/// The key of the digest of the document that the rows belong to.
const DOCUMENT: &str = "document";

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
    #[must_use]
    pub(crate) fn table_usage(&self) -> Vec<(&'static str, TableUsage)> {
        self.ledger.usage()
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
        let made = {
            let waiting = self.unstored.waiting.lock();
            if waiting.stored >= waiting.made {
                return Ok(());
            }
            waiting.made
        };
        let _storing = self.unstored.storing.lock().await;
        let (rows, last) = {
            let mut waiting = self.unstored.waiting.lock();
            if let Some((until, error)) = &waiting.failed
                && made <= *until
            {
                return Err(error.clone());
            }
            if waiting.stored >= made {
                return Ok(());
            }
            (std::mem::take(&mut waiting.rows), waiting.made)
        };
        let stored = self.ledger.store_org(rows).await;
        let mut waiting = self.unstored.waiting.lock();
        waiting.stored = last;
        if let Err(error) = &stored {
            waiting.failed = Some((last, error.clone()));
        }
        stored
    }

    /// Loads the org and its records again, if changes could not be stored.
    ///
    /// # Errors
    /// The store is unavailable.
    pub(crate) async fn follow_store(&self) -> Result<(), LedgerError> {
        if !self.ledger.is_outdated() {
            return Ok(());
        }
        let _storing = self.unstored.storing.lock().await;
        if self.ledger.is_outdated() {
            self.restore().map_err(|error| LedgerError::Unavailable(error.to_string()))?;
        }
        Ok(())
    }

    /// Loads the org and its records from the store.
    ///
    /// # Errors
    /// The store is unavailable, or what it has does not fit the document.
    pub(crate) fn restore(&self) -> Result<Restored, RestoreError> {
        if !self.is_stored() {
            return Ok(Restored { changes: 0, document_changed: false });
        }
        let mut rows = self.ledger.load_stored(|setting| {
            self.clock.follow(setting.unwrap_or_else(|| self.clock.start()));
            self.clock.now()
        })?;
        let document = rows.iter().position(|row| row.key == DOCUMENT).map(|position| rows.swap_remove(position));
        let seed = self.snapshots.seed();
        let digest = document_digest(&seed);
        let changes = rows.len();
        let org = seed.with_rows(rows.into_iter().map(stored_row).collect::<Result<_, _>>()?)?;
        self.snapshots.load(org);
        self.unstored.clear();
        self.key_sets.clear();
        self.increment_revision();
        let known = document.and_then(|row| row.bytes);
        let document_changed = known.as_ref().is_some_and(|known| *known != digest);
        if known.is_none() || document_changed {
            self.unstored.add(vec![document_row(digest)]);
        }
        Ok(Restored { changes, document_changed })
    }

    /// All rows that an org needs so that it is restored from the seed.
    pub(super) fn all_rows(&self, org: &Org) -> Result<Vec<OrgRow>, Problems> {
        if !self.is_stored() {
            return Ok(Vec::new());
        }
        let seed = self.snapshots.seed();
        let mut all = rows(org.row_changes(&seed, &seed).map_err(unwritable)?)?;
        all.push(document_row(document_digest(&seed)));
        Ok(all)
    }
}

fn document_row(digest: Vec<u8>) -> OrgRow {
    OrgRow { key: DOCUMENT.to_owned(), bytes: Some(digest) }
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

fn unwritable(error: serde_json::Error) -> Problems {
    problem(format!("a row cannot be written: {error}"))
}

fn problem(message: String) -> Problems {
    Problems(vec![Problem::at("", message)])
}
