//! The address of a request: its org, and the host name that it uses.

use std::sync::Arc;

use mock_idp_core::org::Urls;

use crate::engine::OrgInstance;
use crate::settings::Settings;

/// The resolved address of a request, in its extensions.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// The org.
    pub org: Arc<OrgInstance>,
    /// The base of its endpoints: `scheme://host[:port]`, with `/_org/{name}` if the request has that prefix.
    pub base: Arc<str>,
    /// The base of its issuers, and of what browsers visit: `base`, unless `--issuer-url` pins it.
    pub issuer_base: Arc<str>,
    /// `""` or `/_org/{name}`: the prefix of paths on this host.
    pub path_prefix: Arc<str>,
    /// Whether the request came over TLS, or through a proxy with the pinned `https` issuer.
    pub secure: bool,
    /// The settings of this server.
    pub settings: Arc<Settings>,
}

impl Address {
    /// The org's URLs as this request sees them.
    #[must_use]
    pub(crate) fn urls(&self) -> Urls {
        Urls {
            issuer_base: Arc::clone(&self.issuer_base),
            endpoint_base: Arc::clone(&self.base),
            pinned: self.settings.issuer_url.is_some(),
        }
    }

    /// Warnings for the user: leniencies, active faults, a moved clock.
    #[must_use]
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = self.settings.warnings.clone();
        warnings.extend(self.org.behavior_warning());
        let clock = self.org.clock.state();
        if clock.frozen {
            warnings.push(format!("The clock is frozen at {}.", clock.now));
        } else if clock.offset != 0 {
            warnings.push(format!("The clock is moved by {} seconds.", clock.offset));
        }
        let faults: Vec<_> = self.org.faults.list().iter().map(|fault| fault.kind.name()).collect();
        if !faults.is_empty() {
            warnings.push(format!("Faults are on: {}.", faults.join(", ")));
        }
        warnings
    }
}
