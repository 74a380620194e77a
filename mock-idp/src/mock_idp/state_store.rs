//! Where the state of the orgs is kept: in memory, or in a directory.

use super::builder::{Builder, StateSettings};
use crate::engine::OrgInstance;
use crate::ledger::Ledger;
use crate::start_error::StartError;

/// The store of all orgs of a process.
#[derive(Debug, Default)]
pub(super) struct StateStore {
    #[cfg(feature = "disk")]
    disk: Option<crate::ledger::DiskStore>,
}

#[cfg(feature = "disk")]
impl From<crate::ledger::DiskError> for StartError {
    fn from(error: crate::ledger::DiskError) -> Self {
        Self::State(error.to_string())
    }
}

impl StateStore {
    /// Opens the store that the settings name; the notes about it are added to the warnings.
    #[cfg(feature = "disk")]
    pub(super) fn open(settings: &StateSettings, warnings: &mut Vec<String>) -> Result<Self, StartError> {
        use crate::ledger::{DiskFile, DiskStore};
        let Some(dir) = &settings.dir else { return Ok(Self::default()) };
        if settings.reset
            && let Some(aside) = DiskFile::set_aside(dir)?
        {
            warnings
                .push(format!("Starts without the earlier state, which is in {} (--reset-state).", aside.display()));
        }
        if settings.unsynced {
            warnings.push("The last second before a crash is lost (--sync off).".to_owned());
        }
        Ok(Self { disk: Some(DiskStore::open(dir, !settings.unsynced)?) })
    }

    #[cfg(not(feature = "disk"))]
    pub(super) fn open(_: &StateSettings, _: &mut Vec<String>) -> Result<Self, StartError> {
        Ok(Self::default())
    }

    /// The ledger of an org.
    pub(super) fn ledger(&self, org: &str) -> Ledger {
        #[cfg(feature = "disk")]
        if let Some(disk) = &self.disk {
            return Ledger::on_disk(disk, org);
        }
        let _ = org;
        Ledger::default()
    }

    /// Orgs that have a state and are not served.
    fn others(&self, served: &[OrgInstance]) -> Result<Vec<String>, StartError> {
        #[cfg(feature = "disk")]
        if let Some(disk) = &self.disk {
            let mut others = disk.orgs().map_err(StartError::State)?;
            others.retain(|name| !served.iter().any(|org| org.name == *name));
            return Ok(others);
        }
        let _ = served;
        Ok(Vec::new())
    }
}

impl Builder {
    /// Loads the state of the orgs; the warnings about it.
    pub(super) async fn restore(&self, store: &StateStore, orgs: &[OrgInstance]) -> Result<Vec<String>, StartError> {
        let mut warnings = Vec::new();
        let Some(dir) = &self.state.dir else { return Ok(warnings) };
        for org in orgs {
            let failed = |error: &dyn std::fmt::Display| {
                StartError::State(format!(
                    "the state of the org {} in {} cannot be used: {error}\nStart over with --reset-state, or give the org document that it belongs to",
                    org.name,
                    dir.display()
                ))
            };
            let restored = org.restore().map_err(|error| failed(&error))?;
            org.settle().await.map_err(|error| failed(&error))?;
            if restored.document_changed {
                warnings.push(format!(
                    "The org document of {} has changed since its state in {} was written: {} objects that were changed at run time stay so, all others are as in the document (--reset-state starts over).",
                    org.name,
                    dir.display(),
                    restored.changes
                ));
            }
        }
        for other in store.others(orgs)? {
            warnings.push(format!("The state in {} has the org {other} too, which is not served.", dir.display()));
        }
        Ok(warnings)
    }
}
