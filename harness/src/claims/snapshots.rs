//! Compares results with snapshots and writes pending snapshots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::alike::{TargetIds, adopted, comparable};
use super::diff::diff;
use super::normalise::{Context, normalise};
use super::stored::{Snapshot, SnapshotCase};
use crate::issuer_target::fixtures::{Fixtures, FixturesError, SNAPSHOTS};
use crate::record::{Finding, Recorder, Verdict, checks};

checks! {
    SNAPSHOT = Must "claims.snapshot", "The result is that of the accepted snapshot", ["Okta: access token claims", "Okta: ID token claims"];
    PLACEHOLDERS = Must "claims.volatile", "Volatile claims have values of the right form", ["RFC 7519 4.1", "Okta: recorded traffic"];
}

/// The accepted and the pending snapshots.
#[derive(Clone, Debug)]
pub struct Snapshots {
    fixtures: Fixtures,
    pending: PathBuf,
}

/// The result of a request at the target.
#[derive(Clone, Debug)]
pub struct FoundResult<'a> {
    pub result: Map<String, Value>,
    /// Ids at the target.
    pub client_id: &'a str,
    pub user_id: Option<&'a str>,
    /// Whether error texts are compared too.
    pub okta_texts: bool,
}

impl Snapshots {
    /// Snapshots of `fixtures`; pending ones go under `reports`.
    #[must_use]
    pub fn new(fixtures: Fixtures, reports: &Path) -> Self {
        Self { fixtures, pending: reports.join("pending") }
    }

    /// The folder of pending snapshots.
    #[must_use]
    pub fn pending_folder(&self) -> &Path {
        &self.pending
    }

    /// The fixtures.
    #[must_use]
    pub const fn fixtures(&self) -> &Fixtures {
        &self.fixtures
    }

    /// The accepted snapshots that no scenario compares.
    ///
    /// # Errors
    /// When the folder of snapshots cannot be read.
    pub fn orphans<'a>(&self, scenarios: impl Iterator<Item = &'a str>) -> Result<Vec<String>, FixturesError> {
        let known: BTreeSet<&str> = scenarios.collect();
        let mut names = self.fixtures.names(SNAPSHOTS, ".json")?;
        names.retain(|name| !known.contains(scenario_id(name).as_str()));
        Ok(names)
    }

    /// Removes all pending snapshots.
    pub fn clear(&self) {
        let _ = std::fs::remove_dir_all(&self.pending);
    }

    /// Checks a result against the snapshot `name`. A different result becomes a pending snapshot.
    ///
    /// # Errors
    /// When the accepted snapshot exists and cannot be read.
    pub fn judge(
        &self,
        recorder: &Recorder,
        name: &str,
        case: &SnapshotCase,
        found: FoundResult<'_>,
        context: &Context<'_>,
    ) -> Result<(), FixturesError> {
        let FoundResult { result, client_id, user_id, okta_texts } = found;
        let (result, broken) = normalise(&Value::Object(result), context);
        let actual = broken.first().map_or("all right", String::as_str);
        PLACEHOLDERS.holds(recorder, broken.is_empty(), "all right", actual);
        let found = result.as_object().cloned().unwrap_or_default();
        let known = self.fixtures.read(&path_of(name))?.unwrap_or_default();
        let found_comparable = comparable(&found, TargetIds { client: client_id, user: user_id }, okta_texts);
        let (same, text) = match Snapshot::parse(&known) {
            Ok(stored) => {
                let ids = TargetIds { client: &stored.case.client_id, user: stored.case.user_id.as_deref() };
                let stored_comparable = comparable(&stored.result, ids, okta_texts);
                let result = adopted(&stored.result, &stored_comparable, &found, &found_comparable);
                (stored_comparable == found_comparable, Snapshot { case: stored.case, result }.text())
            }
            Err(_) => {
                let user_id = user_id.filter(|_| case.user.is_some()).map(str::to_owned);
                let case = SnapshotCase { client_id: client_id.to_owned(), user_id, ..case.clone() };
                (false, Snapshot { case, result: found }.text())
            }
        };
        if !same {
            let file = self.pending.join(format!("{name}.json"));
            let folder = file.parent().unwrap_or(&self.pending);
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, &text));
            if let Err(error) = written {
                recorder.note(format!("the pending snapshot could not be written: {error}"));
            }
        }
        recorder.finding(Finding {
            check: SNAPSHOT.id.to_owned(),
            says: SNAPSHOT.says.to_owned(),
            severity: SNAPSHOT.severity,
            citations: SNAPSHOT.cites.iter().map(|&cite| cite.to_owned()).collect(),
            verdict: if same { Verdict::Pass } else { Verdict::Fail },
            expected: format!("the snapshot {name}"),
            actual: if same { "the same".to_owned() } else { diff(&known, &text) },
            reason: None,
            snapshot: true,
        });
        Ok(())
    }
}

/// The id of the scenario that compares the snapshot of that name.
#[must_use]
pub fn scenario_id(name: &str) -> String {
    format!("matrix.{}", name.replace('/', "."))
}

pub(super) fn path_of(name: &str) -> String {
    format!("{SNAPSHOTS}/{name}.json")
}
