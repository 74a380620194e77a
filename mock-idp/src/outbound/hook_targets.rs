//! Where hooks may be sent.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use super::networks::AddressType;

/// Where hooks may be sent: this machine, if only it can connect to the mock, and what was named. Administrators of the
/// org choose the URIs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct HookTargets {
    pub(crate) loopback: bool,
    pub(crate) named: Arc<[HookTarget]>,
}

/// This machine only.
impl Default for HookTargets {
    fn default() -> Self {
        Self { loopback: true, named: Arc::default() }
    }
}

/// A host that hooks may be sent to, or all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum HookTarget {
    All,
    Host { name: String, port: Option<u16> },
}

/// Why a text names no target.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} names no target of hooks. Give host names or addresses, each with or without port, or all")]
pub(crate) struct HookTargetError(String);

impl FromStr for HookTarget {
    type Err = HookTargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || HookTargetError(text.to_owned());
        if text == "all" {
            return Ok(Self::All);
        }
        let authority: http::uri::Authority = text.parse().map_err(|_| wrong())?;
        let name = authority.host().trim_matches(['[', ']']).to_lowercase();
        let port_is_read = authority.as_str() == authority.host() || authority.port_u16().is_some();
        if name.is_empty() || text.contains(['@', '*', '/']) || !port_is_read {
            return Err(wrong());
        }
        Ok(Self::Host { name, port: authority.port_u16() })
    }
}

impl fmt::Display for HookTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Host { name, port: None } => f.write_str(name),
            Self::Host { name, port: Some(port) } => write!(f, "{name}:{port}"),
        }
    }
}

impl HookTarget {
    fn covers(&self, host: &str, on: u16) -> bool {
        match self {
            Self::All => true,
            Self::Host { name, port } => name.eq_ignore_ascii_case(host) && port.is_none_or(|port| port == on),
        }
    }
}

impl HookTargets {
    /// Whether hooks may be sent to this address of the host.
    pub(super) fn permit(&self, host: &str, port: u16, address: IpAddr) -> bool {
        let kind = AddressType::of(address);
        let is_named = self.named.iter().any(|target| target.covers(host, port));
        kind != AddressType::Unusable && (is_named || (self.loopback && kind == AddressType::Loopback))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(named: &[&str]) -> HookTargets {
        HookTargets { loopback: true, named: named.iter().map(|text| text.parse().unwrap()).collect() }
    }

    fn permits(targets: &HookTargets, host: &str, port: u16, address: &str) -> bool {
        targets.permit(host, port, address.parse().unwrap())
    }

    #[test]
    fn hooks_may_be_sent_to_loopback_and_to_named_hosts() {
        let none = targets(&[]);
        assert!(permits(&none, "localhost", 80, "127.0.0.1") && permits(&none, "localhost", 80, "::1"));
        assert!(!permits(&none, "hooks.test", 80, "10.0.0.1") && !permits(&none, "hooks.test", 443, "1.1.1.1"));
        let named = targets(&["Hooks.test", "10.0.0.2:8080", "[fd00::1]:8080"]);
        assert!(permits(&named, "hooks.test", 1, "10.0.0.1") && permits(&named, "10.0.0.2", 8080, "10.0.0.2"));
        assert!(permits(&named, "fd00::1", 8080, "fd00::1") && !permits(&named, "10.0.0.2", 80, "10.0.0.2"));
        assert!(permits(&targets(&["all"]), "hooks.test", 80, "10.0.0.1"));
        assert!(!permits(&targets(&["all"]), "hooks.test", 80, "255.255.255.255"));
        let from_outside = HookTargets { loopback: false, ..targets(&[]) };
        assert!(!permits(&from_outside, "localhost", 80, "127.0.0.1"));
    }

    #[test]
    fn a_target_is_a_host_with_or_without_port() {
        for wrong in ["", "http://hooks.test", "user@hooks.test", "*.hooks.test", "hooks.test:99999", "a b"] {
            assert!(wrong.parse::<HookTarget>().is_err(), "{wrong}");
        }
    }
}
