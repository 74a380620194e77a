//! The orgs of a server: each owns its clock, journal and faults.

use std::sync::Arc;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::Journal;

/// One org.
#[derive(Debug)]
pub struct OrgInstance {
    /// The org's subdomain: what addresses it.
    pub name: String,
    pub clock: Clock,
    pub journal: Journal,
    pub faults: Faults,
}

impl OrgInstance {
    /// An org of that name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), clock: Clock::default(), journal: Journal::default(), faults: Faults::default() }
    }

    /// The org of a document.
    ///
    /// # Errors
    /// A document without a subdomain.
    pub fn from_yaml(yaml: &str) -> Result<Self, String> {
        let mut lines = yaml.lines().map(str::trim);
        let name = lines.find_map(|line| line.strip_prefix("subdomain:")).ok_or("the key `subdomain` is missing")?;
        Ok(Self::new(name.trim()))
    }

    /// Forgets everything that sign-ins and tests left behind.
    pub fn reset(&self) {
        self.clock.reset();
        self.faults.clear();
        self.journal.clear();
    }
}

/// The orgs that one port serves; the first is the default.
#[derive(Debug)]
pub struct Server {
    default: Arc<OrgInstance>,
    others: Vec<Arc<OrgInstance>>,
}

impl Server {
    /// A server of these orgs.
    #[must_use]
    pub fn new(default: OrgInstance, others: Vec<OrgInstance>) -> Self {
        Self { default: Arc::new(default), others: others.into_iter().map(Arc::new).collect() }
    }

    /// The org that answers where no other is named.
    #[must_use]
    pub fn default_org(&self) -> &Arc<OrgInstance> {
        &self.default
    }

    /// The org of that name.
    #[must_use]
    pub fn org(&self, name: &str) -> Option<&Arc<OrgInstance>> {
        self.orgs().find(|org| org.name == name)
    }

    /// All orgs, the default first.
    pub fn orgs(&self) -> impl Iterator<Item = &Arc<OrgInstance>> {
        std::iter::once(&self.default).chain(&self.others)
    }
}
