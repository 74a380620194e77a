//! Where a request is addressed: which org, and under which name this server was called.

use std::sync::Arc;

use crate::engine::OrgInstance;
use crate::settings::Settings;

/// The resolved address of a request, in its extensions.
#[derive(Clone, Debug)]
pub struct Address {
    /// The org asked.
    pub org: Arc<OrgInstance>,
    /// Where its endpoints are: `scheme://host[:port]`, with `/_org/{name}` when it was addressed so.
    pub base: Arc<str>,
    /// What its issuers begin with: `base`, unless `--issuer-url` pins it.
    pub issuer_base: Arc<str>,
    /// `""` or `/_org/{name}`: what paths on this host begin with.
    pub path_prefix: Arc<str>,
    /// Whether the request came over TLS, or through a proxy that the pinned `https` issuer stands for.
    pub secure: bool,
    /// What this server was started with.
    pub settings: Arc<Settings>,
}

impl Address {
    /// What a person must know of: leniencies of this start, faults that are on, a clock that was moved.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.settings.warnings.clone();
        warnings.extend(self.org.behavior_warning());
        let clock = self.org.clock.state();
        if clock.frozen {
            warnings.push(format!("The clock stands still at {}.", clock.now));
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
