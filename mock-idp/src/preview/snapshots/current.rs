//! Snapshots that are taken now.

use std::sync::Arc;

use mock_idp_core::org::{Org, Urls};
use mock_idp_core::preview::{Cases, Circumstances, NoCase, NoSnapshot, Selection, Snapshot, TokenCase, paths};
use mock_idp_core::trace::Note;

use crate::preview::run::preview;

/// The snapshots of the selected requests of an org.
#[derive(Clone, Debug, Default)]
pub struct Snapshots {
    pub taken: Vec<TakenSnapshot>,
    /// The cases in which the client gets no answer, with their paths.
    pub without: Vec<(String, NoSnapshot)>,
}

/// A snapshot that was taken now.
#[derive(Clone, Debug)]
pub struct TakenSnapshot {
    /// Below the folder of snapshots.
    pub path: String,
    pub snapshot: Snapshot,
    /// How the result came about.
    pub notes: Vec<Note>,
}

impl Snapshots {
    /// Takes the snapshots of all selected requests at the time `now`, in seconds since 1970.
    ///
    /// # Errors
    /// A selection has no request.
    pub async fn take(org: &Arc<Org>, urls: &Urls, selections: &[Selection], now: i64) -> Result<Self, NoCase> {
        let requests = Cases::new([org], selections)?;
        let (cases, questions): (Vec<TokenCase>, Vec<_>) = requests.iter().unzip();
        let paths = paths(&cases.iter().collect::<Vec<_>>());
        let circumstances = Circumstances { base: &urls.issuer_base, now };
        let mut snapshots = Self::default();
        for ((case, [question]), path) in cases.into_iter().zip(questions).zip(paths) {
            let previewed = preview(org, urls, &question, now).await;
            match Snapshot::new(case, &previewed.outcome, circumstances) {
                Ok(snapshot) => snapshots.taken.push(TakenSnapshot { path, snapshot, notes: previewed.notes }),
                Err(none) => snapshots.without.push((path, none)),
            }
        }
        Ok(snapshots)
    }
}
