//! Compares documents with snapshots and writes pending snapshots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::diff::diff;
use super::normalise::{Context, normalise};
use crate::issuer_target::fixtures::{Fixtures, FixturesError};
use crate::record::{Finding, Recorder, Verdict, checks};

checks! {
    SNAPSHOT = Must "claims.snapshot", "The claims are those of the accepted snapshot", ["Okta: access token claims", "Okta: ID token claims"];
    PLACEHOLDERS = Must "claims.volatile", "Volatile claims have values of the right form", ["RFC 7519 4.1", "Okta: recorded traffic"];
}

/// The accepted and the pending snapshots.
#[derive(Clone, Debug)]
pub struct Snapshots {
    fixtures: Fixtures,
    pending: PathBuf,
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
        let mut names = self.fixtures.names("claims", ".json")?;
        names.retain(|name| !known.contains(name.as_str()));
        Ok(names)
    }

    /// Removes all pending snapshots.
    pub fn clear(&self) {
        let _ = std::fs::remove_dir_all(&self.pending);
    }

    /// Checks `document` against the snapshot `name`. A different document becomes a pending snapshot.
    ///
    /// # Errors
    /// When the accepted snapshot exists and cannot be read.
    pub fn judge(
        &self,
        recorder: &Recorder,
        name: &str,
        document: &Value,
        context: &Context<'_>,
    ) -> Result<(), FixturesError> {
        let known = self.fixtures.read(&path_of(name))?.unwrap_or_default();
        let (document, broken) = normalise(document, context);
        let actual = broken.first().map_or("all right", String::as_str);
        PLACEHOLDERS.holds(recorder, broken.is_empty(), "all right", actual);
        let text = rendered(&document);
        let same = known.trim() == text.trim();
        if !same {
            let written = std::fs::create_dir_all(&self.pending)
                .and_then(|()| std::fs::write(self.pending.join(format!("{name}.json")), &text));
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

pub(super) fn path_of(name: &str) -> String {
    format!("claims/{name}.json")
}

fn rendered(document: &Value) -> String {
    // A JSON value always renders.
    serde_json::to_string_pretty(document).unwrap_or_default() + "\n"
}
