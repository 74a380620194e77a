//! The address of a request: its org, and the host name that it uses.

use std::sync::Arc;

use mock_idp_core::org::Urls;

use crate::engine::{OrgInstance, Orgs};
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
    /// All orgs of this server.
    pub orgs: Arc<Orgs>,
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

    /// The addresses of an org as this request sees the server: below the path `/_org/{name}`, and under its own host name.
    #[must_use]
    pub(crate) fn org_urls(&self, name: &str) -> OrgUrls {
        let root = self.base.strip_suffix(&*self.path_prefix).unwrap_or(&self.base);
        let (scheme, authority) = root.split_once("://").unwrap_or(("http", root));
        let port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let port = port.map(|(_, port)| format!(":{port}")).unwrap_or_default();
        // The default org of this host name needs no path; a name below `.localhost` addresses the org by itself.
        let url = format!("{scheme}://{}/_org/{name}", authority_of_server(authority, &port));
        let issuer_base = self.settings.issuer_url.as_ref().map(|pinned| format!("{}/_org/{name}", pinned.as_str()));
        let issuer = format!("{}/oauth2/default", issuer_base.as_deref().unwrap_or(&url));
        OrgUrls { host_url: format!("{scheme}://{name}.localhost{port}"), issuer, url }
    }

    /// Warnings for the user: leniencies, active faults, a moved clock.
    #[must_use]
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = self.settings.warnings.clone();
        warnings.extend(self.org.behavior_warning());
        warnings.extend(self.org.seed_warning());
        warnings.extend(self.org.one_time_code_warning());
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

/// The addresses of an org.
#[derive(Clone, Debug)]
pub(crate) struct OrgUrls {
    pub url: String,
    /// The issuer of its `default` authorization server, under `url`.
    pub issuer: String,
    pub host_url: String,
}

/// The same server under a name that addresses no other org.
fn authority_of_server(authority: &str, port: &str) -> String {
    let name = authority.strip_suffix(port).unwrap_or(authority);
    if name.ends_with(".localhost") { format!("localhost{port}") } else { authority.to_owned() }
}
