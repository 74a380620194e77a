//! The comparison of snapshots with the files of a folder.

use mock_idp_core::preview::{Alteration, DecidedResult, TokenCase, compare};

use super::current::{Snapshots, TakenSnapshot};
use super::folder::SnapshotFolder;

/// How the files of a folder differ from what the org gives now.
#[derive(Clone, Debug, Default)]
pub struct SnapshotCheck {
    /// The number of snapshots that were taken.
    pub cases: usize,
    pub alterations: Vec<Alteration>,
    /// Cases without a file.
    pub added: Vec<AddedCase>,
    /// Files without a case.
    pub removed: Vec<RemovedCase>,
}

/// A case that has no file yet.
#[derive(Clone, Debug)]
pub struct AddedCase {
    pub path: String,
    pub case: TokenCase,
}

/// A snapshot file without a case.
#[derive(Clone, Debug)]
pub struct RemovedCase {
    pub path: String,
    pub why: String,
}

impl SnapshotCheck {
    /// Compares the files of a folder with snapshots.
    #[must_use]
    pub fn new(snapshots: &Snapshots, folder: &SnapshotFolder) -> Self {
        let mut check = Self { cases: snapshots.taken.len(), ..Self::default() };
        let mut stored = folder.snapshots().clone();
        for TakenSnapshot { path, snapshot, notes } in &snapshots.taken {
            let Some(known) = stored.remove(path) else {
                check.added.push(AddedCase { path: path.clone(), case: snapshot.case.clone() });
                continue;
            };
            let before = DecidedResult { result: &known.result, notes: &[] };
            let mut changes = compare(before, DecidedResult { result: &snapshot.result, notes });
            changes.extend(known.changed_ids(&snapshot.case));
            if !changes.is_empty() {
                check.alterations.push(Alteration { case: snapshot.case.clone(), changes });
            }
        }
        let why = |path: &str| {
            let without = snapshots.without.iter().find(|(known, _)| known == path);
            without.map_or("it is no longer among the cases", |(_, none)| &none.reason).to_owned()
        };
        check.removed = stored.into_keys().map(|path| RemovedCase { why: why(&path), path }).collect();
        check
    }

    /// Whether the files are what the org gives.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.alterations.is_empty() && self.added.is_empty() && self.removed.is_empty()
    }
}
