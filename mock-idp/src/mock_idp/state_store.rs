//! Where the state of the orgs is kept: in memory, in a directory, or in Redis.

use super::builder::{Builder, StateSettings};
use crate::engine::OrgInstance;
use crate::ledger::Ledger;
use crate::settings::without_password;
use crate::start_error::StartError;

/// The store of all orgs of a process.
#[derive(Debug, Default)]
pub(super) struct StateStore {
    #[cfg(feature = "disk")]
    disk: Option<crate::ledger::DiskStore>,
    #[cfg(feature = "redis")]
    redis: Option<crate::ledger::RedisServer>,
}

#[cfg(feature = "redis")]
impl From<crate::ledger::RedisError> for StartError {
    fn from(error: crate::ledger::RedisError) -> Self {
        Self::State(error.to_string())
    }
}

#[cfg(feature = "disk")]
impl From<crate::ledger::DiskError> for StartError {
    fn from(error: crate::ledger::DiskError) -> Self {
        Self::State(error.to_string())
    }
}

impl StateStore {
    /// Opens the store that the settings name; the notes about it are added to the warnings.
    pub(super) async fn open(settings: &StateSettings, warnings: &mut Vec<String>) -> Result<Self, StartError> {
        #[cfg(feature = "redis")]
        if let Some(url) = &settings.shared {
            let server = crate::ledger::RedisServer::connect(url).await?;
            return Ok(Self { redis: Some(server), ..Self::default() });
        }
        #[cfg(feature = "disk")]
        if let Some(dir) = &settings.dir {
            return Ok(Self { disk: Some(open_disk(dir, settings, warnings)?), ..Self::default() });
        }
        let _ = (settings, warnings);
        Ok(Self::default())
    }

    /// The ledger of an org.
    pub(super) async fn ledger(&self, org: &str) -> Result<Ledger, StartError> {
        #[cfg(feature = "redis")]
        if let Some(server) = &self.redis {
            let store = crate::ledger::RedisStore::open(server.clone(), org).await;
            return Ok(Ledger::shared(store.map_err(|error| StartError::State(error.to_string()))?));
        }
        #[cfg(feature = "disk")]
        if let Some(disk) = &self.disk {
            return Ok(Ledger::on_disk(disk, org));
        }
        let _ = org;
        Ok(Ledger::default())
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

#[cfg(feature = "disk")]
fn open_disk(
    dir: &std::path::Path,
    settings: &StateSettings,
    warnings: &mut Vec<String>,
) -> Result<crate::ledger::DiskStore, StartError> {
    use crate::ledger::{DiskStore, StateDir};
    let dir = StateDir::lock(dir)?;
    if settings.reset
        && let Some(aside) = dir.set_aside()?
    {
        warnings.push(format!("Starts without the earlier state, which is in {} (--reset-state).", aside.display()));
    }
    if settings.unsynced {
        warnings.push("The last second before a crash is lost (--sync off).".to_owned());
    }
    Ok(DiskStore::open(dir, !settings.unsynced)?)
}

/// How often the start tries to store what it has to, while others change the org.
const ATTEMPTS: usize = 10;

impl Builder {
    /// Where the state is; `None` if it is in memory.
    pub(super) fn state_place(&self) -> Option<String> {
        let dir = self.state.dir.as_ref().map(|dir| dir.display().to_string());
        dir.or_else(|| self.state.shared.as_deref().map(without_password))
    }

    /// Loads the state of the orgs; the warnings about it.
    pub(super) async fn restore(&self, store: &StateStore, orgs: &[OrgInstance]) -> Result<Vec<String>, StartError> {
        let mut warnings = Vec::new();
        let Some(place) = self.state_place() else { return Ok(warnings) };
        for org in orgs {
            let start_over = match self.state.dir {
                Some(_) => "--reset-state starts over".to_owned(),
                None => format!("removing the keys {{mock-idp/{}}}:* in Redis starts over", org.name),
            };
            warnings.extend(restore_org(org, &place, &start_over).await?);
        }
        for other in store.others(orgs)? {
            warnings.push(format!("The state in {place} has the org {other} too, which is not served."));
        }
        Ok(warnings)
    }
}

/// Loads the state of an org; the warning about it.
async fn restore_org(org: &OrgInstance, place: &str, start_over: &str) -> Result<Option<String>, StartError> {
    let failed = |error: &dyn std::fmt::Display| {
        StartError::State(format!(
            "the state of the org {} in {place} cannot be used: {error}\nGive the org document that it belongs to; {start_over}",
            org.name
        ))
    };
    let mut attempt = 1;
    loop {
        let restored = org.restore().await.map_err(|error| failed(&error))?;
        let document_changed = org.note_document(&restored);
        org.continue_sequence(&restored);
        match org.settle().await {
            Err(mock_idp_core::ledger::LedgerError::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(failed(&error)),
            Ok(()) if !document_changed => return Ok(None),
            Ok(()) => {
                return Ok(Some(format!(
                    "The org document of {} has changed since its state in {place} was written: {} objects that were changed at run time stay so, all others are as in the document ({start_over}).",
                    org.name, restored.changes
                )));
            }
        }
    }
}
