//! The configuration of an org: its document, the snapshot that a reset restores, and the current one.

use std::sync::Arc;

use arc_swap::ArcSwap;
use mock_idp_core::org::{Draft, Org, Problems};
use parking_lot::Mutex;

/// Readers never wait; changes are made one after the other.
#[derive(Debug)]
pub(crate) struct Snapshots {
    current: ArcSwap<Org>,
    /// The document, with what the program that embeds the mock has changed.
    seed: ArcSwap<Org>,
    document: ArcSwap<Org>,
    changing: Mutex<()>,
}

/// A change of the current snapshot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrgChange<'s> {
    pub(crate) before: &'s Org,
    pub(crate) after: &'s Org,
    pub(crate) seed: &'s Org,
}

impl Snapshots {
    pub(crate) fn new(org: Arc<Org>) -> Self {
        let [current, seed, document] = [Arc::clone(&org), Arc::clone(&org), org].map(ArcSwap::new);
        Self { current, seed, document, changing: Mutex::new(()) }
    }

    /// The current snapshot. Changes do not touch it.
    pub(crate) fn current(&self) -> Arc<Org> {
        self.current.load_full()
    }

    /// The snapshot that a reset restores.
    pub(crate) fn seed(&self) -> Arc<Org> {
        self.seed.load_full()
    }

    /// Replaces the current snapshot by a changed one. `note` is called before, in the order of the changes.
    ///
    /// # Errors
    /// The change's own, or the changed org is not valid; the org stays as it is.
    pub(crate) fn change<T, E: From<Problems>>(
        &self,
        now: i64,
        change: impl FnOnce(&mut Draft) -> Result<T, E>,
        note: impl FnOnce(&OrgChange<'_>) -> Result<(), Problems>,
    ) -> Result<T, E> {
        let _changing = self.changing.lock();
        let before = self.current();
        let mut draft = Draft::new(&before, now);
        let result = change(&mut draft)?;
        let after = draft.finish()?;
        note(&OrgChange { before: &before, after: &after, seed: &self.seed() })?;
        self.current.store(Arc::new(after));
        Ok(result)
    }

    /// Changes the seed too, so that a reset keeps the change.
    ///
    /// # Errors
    /// The same as [`Self::change`]; nothing is changed then.
    pub(crate) fn change_seed<E: From<Problems>>(
        &self,
        now: i64,
        change: impl Fn(&mut Draft) -> Result<(), E>,
    ) -> Result<(), E> {
        let _changing = self.changing.lock();
        let next = |org: Arc<Org>| {
            let mut draft = Draft::new(&org, now);
            change(&mut draft)?;
            Ok::<_, E>(Arc::new(draft.finish()?))
        };
        let (current, seed) = (self.current(), self.seed.load_full());
        if Arc::ptr_eq(&current, &seed) {
            let next = next(seed)?;
            self.seed.store(Arc::clone(&next));
            self.current.store(next);
        } else {
            let (current, seed) = (next(current)?, next(seed)?);
            self.seed.store(seed);
            self.current.store(current);
        }
        Ok(())
    }

    /// Replaces the document, and keeps what was changed since.
    ///
    /// # Errors
    /// The changes do not fit the new document; nothing is changed then.
    pub(crate) fn replace_document(
        &self,
        next: Org,
        note: impl FnOnce(&OrgChange<'_>) -> Result<(), Problems>,
    ) -> Result<(), Problems> {
        let _changing = self.changing.lock();
        let next = Arc::new(next);
        let document = self.document.load_full();
        let changed = |org: Arc<Org>| match Arc::ptr_eq(&org, &document) {
            true => Ok(Arc::clone(&next)),
            false => next.with_changes(&document, &org).map(Arc::new),
        };
        let before = self.current();
        let (current, seed) = (changed(Arc::clone(&before))?, changed(self.seed.load_full())?);
        note(&OrgChange { before: &before, after: &current, seed: &seed })?;
        self.document.store(Arc::clone(&next));
        self.seed.store(seed);
        self.current.store(current);
        Ok(())
    }

    /// Replaces the current snapshot.
    pub(crate) fn load(&self, org: Org) {
        let _changing = self.changing.lock();
        self.current.store(Arc::new(org));
    }

    /// Goes back to the snapshot that the org was started with.
    pub(crate) fn reset(&self) {
        let _changing = self.changing.lock();
        self.current.store(self.seed.load_full());
    }
}
