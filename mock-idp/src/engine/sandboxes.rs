//! Sandboxes: orgs that are added and removed while the mock runs, for one test each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use indexmap::IndexMap;
use parking_lot::{Mutex, MutexGuard};

use super::OrgInstance;
use crate::outbound::{HookTargets, Networks};
use crate::settings::OrgOverrides;

/// The sandboxes of a server. Readers never wait; changes are made one after the other.
#[derive(Debug)]
pub(crate) struct Sandboxes {
    settings: SandboxSettings,
    by_name: ArcSwap<IndexMap<String, Arc<Sandbox>>>,
    changing: Mutex<()>,
    revision: AtomicU64,
}

/// What all sandboxes of a server have in common.
#[derive(Clone, Debug)]
pub(crate) struct SandboxSettings {
    /// The largest number of them.
    pub max: usize,
    /// The seed of those that have none of their own.
    pub seed: Option<u64>,
    pub overrides: OrgOverrides,
    /// Where requests that they send themselves may go.
    pub networks: Networks,
    pub hook_targets: HookTargets,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            max: Sandbox::MAX,
            seed: None,
            overrides: OrgOverrides::default(),
            networks: Networks::default(),
            hook_targets: HookTargets::default(),
        }
    }
}

/// A sandbox.
#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(crate) instance: Arc<OrgInstance>,
    /// When it is removed by itself, by the machine's clock: milliseconds since 1970.
    pub(crate) expires: i64,
}

impl Sandbox {
    /// The largest number of sandboxes of a server, if no other is set.
    pub(crate) const MAX: usize = 1_000;
    /// How long a sandbox lives, if it is not removed before.
    pub(crate) const LIFETIME: Duration = Duration::from_secs(3_600);
    /// The longest lifetime.
    pub(crate) const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3_600);
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.instance.end();
    }
}

impl Sandboxes {
    pub(super) fn new(settings: SandboxSettings) -> Self {
        let (by_name, changing, revision) = (ArcSwap::default(), Mutex::default(), AtomicU64::new(0));
        Self { settings, by_name, changing, revision }
    }

    /// The sandbox of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Sandbox>> {
        self.by_name.load().get(name).map(Arc::clone)
    }

    /// All sandboxes, the oldest first.
    pub(crate) fn list(&self) -> Vec<Arc<Sandbox>> {
        self.by_name.load().values().map(Arc::clone).collect()
    }

    /// Settings of the server that win over those of an org.
    pub(crate) fn overrides(&self) -> OrgOverrides {
        self.settings.overrides
    }

    /// Another number after each change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// What all of them have in common.
    pub(super) fn settings(&self) -> &SandboxSettings {
        &self.settings
    }

    /// The sandboxes to change; others wait.
    pub(super) fn change(&self) -> SandboxChange<'_> {
        let changing = self.changing.lock();
        SandboxChange { by_name: (**self.by_name.load()).clone(), sandboxes: self, _changing: changing }
    }

    fn replace(&self, by_name: IndexMap<String, Arc<Sandbox>>) {
        self.by_name.store(Arc::new(by_name));
        self.revision.fetch_add(1, Ordering::AcqRel);
    }
}

/// A change of the sandboxes of a server.
#[derive(Debug)]
pub(super) struct SandboxChange<'s> {
    pub(super) by_name: IndexMap<String, Arc<Sandbox>>,
    sandboxes: &'s Sandboxes,
    _changing: MutexGuard<'s, ()>,
}

impl SandboxChange<'_> {
    /// Serves the changed ones.
    pub(super) fn finish(self) {
        self.sandboxes.replace(self.by_name);
    }
}
