//! The orgs of one process.

use std::sync::Arc;

use super::OrgInstance;
use super::sandboxes::{SandboxSettings, Sandboxes};

/// The orgs that one port serves: those that it was started with, of which the first is the default, and sandboxes.
#[derive(Debug)]
pub(crate) struct Orgs {
    default: Arc<OrgInstance>,
    others: Vec<Arc<OrgInstance>>,
    sandboxes: Sandboxes,
}

impl Orgs {
    #[must_use]
    pub(crate) fn new(default: OrgInstance, others: Vec<OrgInstance>, settings: SandboxSettings) -> Self {
        let others = others.into_iter().map(Arc::new).collect();
        Self { default: Arc::new(default), others, sandboxes: Sandboxes::new(settings) }
    }

    /// The org that serves requests which name no other.
    #[must_use]
    pub(crate) fn default_org(&self) -> &Arc<OrgInstance> {
        &self.default
    }

    /// The org of that name.
    #[must_use]
    pub(crate) fn org(&self, name: &str) -> Option<Arc<OrgInstance>> {
        self.loaded_org(name).or_else(|| Some(Arc::clone(&self.sandboxes.get(name)?.instance)))
    }

    /// The org of that name, if the mock was started with it.
    #[must_use]
    pub(super) fn loaded_org(&self, name: &str) -> Option<Arc<OrgInstance>> {
        self.loaded().find(|org| org.name == name).map(Arc::clone)
    }

    /// The orgs that the mock was started with, the default first.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = &Arc<OrgInstance>> {
        std::iter::once(&self.default).chain(&self.others)
    }

    /// The orgs that were added since the start.
    pub(crate) fn sandboxes(&self) -> &Sandboxes {
        &self.sandboxes
    }
}
