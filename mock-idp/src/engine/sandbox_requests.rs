//! Adding and removing sandboxes.

use std::sync::{Arc, Weak};
use std::time::Duration;

use mock_idp_core::org::{Org, Problems};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::sandboxes::Sandbox;
use super::{OrgInstance, Orgs};
use crate::clock::machine_millis;
use crate::keys::{self, KeyPool};

/// What a sandbox is made from.
#[derive(Debug)]
pub(crate) enum SandboxSource {
    /// The org of this name, as it was started.
    Org(String),
    Document(Box<Org>),
}

/// A wish for a sandbox.
#[derive(Debug)]
pub(crate) struct SandboxRequest {
    pub(crate) from: SandboxSource,
    /// Default: one that is free.
    pub(crate) name: Option<String>,
    pub(crate) lifetime: Duration,
    pub(crate) seed: Option<u64>,
}

/// Why a sandbox was not added or removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SandboxError {
    #[error("no org is named {0:?}")]
    UnknownOrg(String),
    #[error("an org is named {0:?} already")]
    NameTaken(String),
    #[error("{0:?} cannot be removed: the mock was started with it")]
    NotASandbox(String),
    #[error("there are {0} sandboxes already, which is the most")]
    Full(usize),
    #[error("{0}")]
    Problems(#[from] Problems),
}

impl Orgs {
    /// Adds a sandbox. It ends after its lifetime.
    ///
    /// # Errors
    /// There is no such org to start from, the name is taken or not a host label, or there are too many sandboxes.
    pub(crate) fn add_sandbox(self: &Arc<Self>, request: SandboxRequest) -> Result<Arc<Sandbox>, SandboxError> {
        let sandboxes = self.sandboxes();
        let settings = sandboxes.settings();
        let org = match request.from {
            SandboxSource::Org(name) => self.org(&name).ok_or(SandboxError::UnknownOrg(name))?.seed(),
            SandboxSource::Document(org) => Arc::new(settings.overrides.apply(*org)?),
        };
        let seed = request.seed.or(settings.seed).or(org.settings().seed);
        if seed.is_none() {
            keys::expect_sandbox();
        }
        let mut change = sandboxes.change();
        if change.by_name.len() >= settings.max {
            return Err(SandboxError::Full(settings.max));
        }
        let name = match request.name {
            Some(name) if self.org(&name).is_some() => return Err(SandboxError::NameTaken(name)),
            Some(name) => name,
            None => self.free_name(&org.identity().subdomain),
        };
        let mut instance = OrgInstance::new(org.renamed(&name)?, &mut KeyPool::without_fixtures(), seed);
        instance.networks = settings.networks;
        instance.set_hook_targets(&settings.hook_targets);
        let end = instance.can_end();
        let expires = machine_millis().saturating_add(i64::try_from(request.lifetime.as_millis()).unwrap_or(i64::MAX));
        let sandbox = Arc::new(Sandbox { instance: Arc::new(instance), expires });
        change.by_name.insert(name, Arc::clone(&sandbox));
        change.finish();
        tokio::spawn(expire(Arc::downgrade(self), sandbox.instance.name.clone(), end, request.lifetime));
        Ok(sandbox)
    }

    /// Removes a sandbox: its running requests end, and nothing of it is kept.
    ///
    /// # Errors
    /// There is none of this name.
    pub(crate) fn remove_sandbox(&self, name: &str) -> Result<(), SandboxError> {
        if self.loaded_org(name).is_some() {
            return Err(SandboxError::NotASandbox(name.to_owned()));
        }
        let mut change = self.sandboxes().change();
        let removed = change.by_name.shift_remove(name).ok_or_else(|| SandboxError::UnknownOrg(name.to_owned()))?;
        change.finish();
        removed.instance.end();
        Ok(())
    }

    fn free_name(&self, from: &str) -> String {
        // A host label has at most 63 characters.
        let from: String = from.chars().take(54).collect();
        loop {
            let name = format!(
                "{}-{:08x}",
                from.trim_end_matches('-'),
                self.default_org().randomness.with(|rng| rng.next_u32())
            );
            if self.org(&name).is_none() {
                return name;
            }
        }
    }
}

/// Removes a sandbox after its lifetime, unless it has ended before.
async fn expire(orgs: Weak<Orgs>, name: String, end: CancellationToken, lifetime: Duration) {
    if timeout(lifetime, end.cancelled()).await.is_err()
        && let Some(orgs) = orgs.upgrade()
    {
        // An error means that it has just been removed.
        let _ = orgs.remove_sandbox(&name);
    }
}
