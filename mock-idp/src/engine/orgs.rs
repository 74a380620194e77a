//! The orgs of one process.

use std::sync::Arc;

use super::OrgInstance;

/// The orgs that one port serves; the first is the default.
#[derive(Debug)]
pub(crate) struct Orgs {
    default: Arc<OrgInstance>,
    others: Vec<Arc<OrgInstance>>,
}

impl Orgs {
    #[must_use]
    pub(crate) fn new(default: OrgInstance, others: Vec<OrgInstance>) -> Self {
        Self { default: Arc::new(default), others: others.into_iter().map(Arc::new).collect() }
    }

    /// The org that serves requests which name no other.
    #[must_use]
    pub(crate) fn default_org(&self) -> &Arc<OrgInstance> {
        &self.default
    }

    /// The org of that name.
    #[must_use]
    pub(crate) fn org(&self, name: &str) -> Option<&Arc<OrgInstance>> {
        self.orgs().find(|org| org.name == name)
    }

    /// All orgs, the default first.
    pub(crate) fn orgs(&self) -> impl Iterator<Item = &Arc<OrgInstance>> {
        std::iter::once(&self.default).chain(&self.others)
    }
}
