//! What a mock is started with.

use std::path::{Path, PathBuf};

use mock_idp_core::behavior::Behavior;

use crate::listen::port::PortChoice;
use crate::logging::LogFormat;
use crate::org_source::OrgSource;
use crate::outbound::{HookTarget, HookTargetError};
use crate::settings::IssuerUrl;
use crate::start_error::StartError;

/// What a mock is started with.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    pub(super) orgs: Vec<OrgSource>,
    pub(super) host: String,
    pub(super) port: PortChoice,
    pub(super) issuer_url: Option<IssuerUrl>,
    pub(super) allowed_hosts: Vec<String>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) picker: bool,
    pub(super) classic_sign_in: bool,
    pub(super) behavior: Option<Behavior>,
    pub(super) log: LogFormat,
    pub(super) control_token: Option<String>,
    pub(super) max_connections: Option<usize>,
    pub(super) private_networks: bool,
    pub(super) hook_targets: Vec<HookTarget>,
    pub(super) max_sandboxes: Option<usize>,
    pub(super) seed: Option<u64>,
    pub(super) state: StateSettings,
}

/// Where the state is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct StateSettings {
    /// The directory. Without one, the state is in memory.
    pub(super) dir: Option<PathBuf>,
    /// Whether changes are acknowledged before they are on the disk.
    #[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the store on disk has it"))]
    pub(super) unsynced: bool,
    /// Whether the state that is there is set aside.
    #[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the store on disk has it"))]
    pub(super) reset: bool,
    /// The URL of a server that other mocks use too.
    pub(super) shared: Option<String>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            orgs: Vec::new(),
            host: "localhost".to_owned(),
            port: PortChoice::Any,
            issuer_url: None,
            allowed_hosts: Vec::new(),
            state_dir: None,
            picker: true,
            classic_sign_in: false,
            behavior: None,
            log: LogFormat::Off,
            control_token: None,
            max_connections: None,
            private_networks: false,
            hook_targets: Vec::new(),
            max_sandboxes: None,
            seed: None,
            state: StateSettings::default(),
        }
    }
}

impl Builder {
    /// Serves the org of this file (`-` is standard input) instead of the built-in one. Called again, it adds an org: the first is the default,
    /// the others answer at `/_org/{subdomain}/…` and `{subdomain}.localhost`.
    ///
    /// # Errors
    /// The file cannot be read, or is not text.
    pub fn org_file(mut self, path: impl AsRef<Path>) -> Result<Self, StartError> {
        self.orgs.push(OrgSource::read(path.as_ref())?);
        Ok(self)
    }

    /// The same, from a text.
    pub fn org_yaml(mut self, yaml: impl Into<String>) -> Self {
        let origin = format!("the org text no. {}", self.orgs.len() + 1);
        self.orgs.push(OrgSource::text(origin, yaml));
        self
    }

    /// Listens on this port, or does not start. 0 is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = PortChoice::Exactly(port);
        self
    }

    /// Listens on this port if it is free, else on the next free one; [`MockIdp::warnings`](super::MockIdp::warnings) has the reason.
    pub fn prefer_port(mut self, port: u16) -> Self {
        self.port = PortChoice::Preferably(port);
        self
    }

    /// Listens on this address instead of loopback. Every machine that can reach it can use the mock.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Answers requests under this host name too.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.allowed_hosts.push(name.into());
        self
    }

    /// Pins the issuer to this base, whatever scheme and host a request has.
    pub fn issuer_url(mut self, url: IssuerUrl) -> Self {
        self.issuer_url = Some(url);
        self
    }

    /// Keeps the certificate authority in this directory.
    pub fn state_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(dir.into());
        self
    }

    /// Keeps what sign-ins and changes at run time leave behind in this directory, and continues with what is there: sessions, tokens,
    /// keys, the clock, registered clients and changed objects. A change is acknowledged once it is on the disk.
    #[cfg(feature = "disk")]
    pub fn state(mut self, dir: impl Into<PathBuf>) -> Self {
        self.state.dir = Some(dir.into());
        self
    }

    /// Shares records, keys, clock and changes with all other mocks that use this server, as if they were one:
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS.
    #[cfg(feature = "redis")]
    pub fn ledger(mut self, url: impl Into<String>) -> Self {
        self.state.shared = Some(url.into());
        self
    }

    /// Whether a change of the state waits until it is on the disk. Without, a crash loses the changes of the last second.
    #[cfg(feature = "disk")]
    pub fn sync_state(mut self, on: bool) -> Self {
        self.state.unsynced = !on;
        self
    }

    /// Whether the state that is in the directory is set aside, to start over.
    #[cfg(feature = "disk")]
    pub fn reset_state(mut self, on: bool) -> Self {
        self.state.reset = on;
        self
    }

    /// Whether the sign-in page offers users to pick with one click, where the org's document does.
    pub fn picker(mut self, on: bool) -> Self {
        self.picker = on;
        self
    }

    /// Whether the sign-in page is like that of Okta's Classic Engine. Overrides the org's document.
    pub fn classic_sign_in(mut self, on: bool) -> Self {
        self.classic_sign_in = on;
        self
    }

    /// What is followed where Okta deviates from OpenID Connect. Overrides the org's document.
    pub fn behavior(mut self, behavior: Behavior) -> Self {
        self.behavior = Some(behavior);
        self
    }

    /// How requests are logged on stderr.
    pub fn log(mut self, format: LogFormat) -> Self {
        self.log = format;
        self
    }

    /// Asks for this bearer token at the control API.
    pub fn control_token(mut self, token: impl Into<String>) -> Self {
        self.control_token = Some(token.into());
        self
    }

    /// Whether the mock may send requests to addresses of private networks for its clients: for their key sets and logout notices.
    /// Public addresses are always allowed, and so is loopback while only this machine can connect.
    pub fn allow_private_networks(mut self, on: bool) -> Self {
        self.private_networks = on;
        self
    }

    /// Lets hooks be sent to a host, or to `host:port`, or to `all`. Hooks are always sent to loopback while only this machine can
    /// connect.
    ///
    /// # Errors
    /// The text names no host.
    pub fn hook_target(mut self, target: &str) -> Result<Self, StartError> {
        self.hook_targets
            .push(target.parse().map_err(|error: HookTargetError| StartError::Setting(error.to_string()))?);
        Ok(self)
    }

    /// Derives ids, codes, tokens and keys from this number, and stops the clocks at 2026-01-01T00:00:00Z: the same requests, one after
    /// the other, get the same answers in each run and on each machine.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Allows at most this number of sandboxes at a time. Default: 1,000.
    pub fn max_sandboxes(mut self, max: usize) -> Self {
        self.max_sandboxes = Some(max);
        self
    }

    /// Serves at most this number of connections at a time. Default: 4,096, or what the process may open.
    pub fn max_connections(mut self, max: usize) -> Self {
        self.max_connections = Some(max.max(1));
        self
    }
}
