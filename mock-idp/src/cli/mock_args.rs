//! The settings of a mock, which several commands share.

use std::path::PathBuf;

use clap::Args;
use mock_idp::{Behavior, Builder, IssuerUrl, MockIdp, StartError};

/// Settings of a mock.
#[derive(Debug, Args)]
pub(super) struct MockArgs {
    /// Org document to serve instead of the built-in org, - for standard input; repeatable.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    org: Vec<PathBuf>,
    /// Address to listen on; with any but loopback, other machines can connect.
    #[arg(long, default_value = "localhost", env = "MOCK_IDP_HOST")]
    host: String,
    /// Port for http and https; 0 takes any free one. Default: 7801, or the next free one.
    #[arg(long, env = "MOCK_IDP_PORT", value_parser = port)]
    pub(super) port: Option<u16>,
    /// Pin the issuer to this scheme, host and port, instead of following each request.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    issuer_url: Option<IssuerUrl>,
    /// Host name to answer to, besides localhost; repeatable.
    #[arg(long, value_name = "NAME", env = "MOCK_IDP_ALLOW_HOST", value_delimiter = ',')]
    allow_host: Vec<String>,
    #[command(flatten)]
    state: StateArgs,
    #[cfg(feature = "disk")]
    #[command(flatten)]
    store: StoreArgs,
    #[cfg(feature = "redis")]
    #[command(flatten)]
    shared: SharedArgs,
    /// Do not show the user picker on the sign-in page.
    #[arg(long, env = "MOCK_IDP_NO_PICKER", value_parser = clap::builder::FalseyValueParser::new())]
    no_picker: bool,
    /// Show a sign-in page like that of Okta's Classic Engine: one page, with the names username and password.
    #[arg(long, env = "MOCK_IDP_CLASSIC_SIGN_IN", value_parser = clap::builder::FalseyValueParser::new())]
    classic_sign_in: bool,
    /// What to follow where Okta deviates from OpenID Connect: okta, openid or fapi2 (FAPI 2 Security Profile). Overrides the org documents.
    #[arg(long, value_name = "WHOSE", env = "MOCK_IDP_BEHAVIOR")]
    behavior: Option<Behavior>,
    /// Bearer token for the control API; without it, the API is closed if --host lets other machines connect.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Let the mock fetch keys and send logout notices to private addresses too.
    #[arg(long, env = "MOCK_IDP_ALLOW_PRIVATE_NETWORKS", value_parser = clap::builder::FalseyValueParser::new())]
    allow_private_networks: bool,
    /// Host, with or without port, that hooks may be sent to besides this machine, or all; repeatable.
    #[arg(long, value_name = "HOST", env = "MOCK_IDP_HOOKS", value_delimiter = ',')]
    hooks: Vec<String>,
    /// Largest number of connections at a time. Default: 4096, or what the process may open.
    #[arg(long, value_name = "N", env = "MOCK_IDP_MAX_CONNECTIONS", value_parser = count)]
    max_connections: Option<usize>,
    /// Derive ids, codes, tokens and keys from this number and stop the clock, so that runs have equal results.
    #[arg(long, value_name = "N", env = "MOCK_IDP_SEED")]
    seed: Option<u64>,
    /// Largest number of sandboxes (POST /_mock/orgs) at a time. Default: 1000.
    #[arg(long, value_name = "N", env = "MOCK_IDP_MAX_SANDBOXES")]
    max_sandboxes: Option<usize>,
}

/// Where the state is kept.
#[cfg(feature = "disk")]
#[derive(Debug, Args)]
struct StoreArgs {
    /// Keep sessions, tokens, keys, the clock and all changes at run time in this directory, and continue with what is there.
    #[arg(long = "state", value_name = "DIR", env = "MOCK_IDP_STATE")]
    dir: Option<PathBuf>,
    /// Whether a change is acknowledged only when it is on the disk; off: a crash loses the last second.
    #[arg(long, value_name = "on|off", default_value = "on", requires = "dir", env = "MOCK_IDP_SYNC", action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new())]
    sync: bool,
    /// Set the state that is in the directory aside, and start over.
    #[arg(long, requires = "dir", env = "MOCK_IDP_RESET_STATE", value_parser = clap::builder::FalseyValueParser::new())]
    reset_state: bool,
}

/// The server that mocks share.
#[cfg(feature = "redis")]
#[derive(Debug, Args)]
struct SharedArgs {
    /// Redis or Valkey server (redis://host:port, or rediss:// for TLS) that several mocks share, as if they were one.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_LEDGER", hide_env_values = true, conflicts_with = "seed")]
    ledger: Option<String>,
}

/// The state directory.
#[derive(Debug, Args)]
pub(super) struct StateArgs {
    /// Directory of the certificate authority. Default: $XDG_STATE_HOME/mock-idp or ~/.local/state/mock-idp.
    #[arg(long, value_name = "DIR", env = "MOCK_IDP_STATE_DIR")]
    state_dir: Option<PathBuf>,
}

impl StateArgs {
    pub(super) fn dir(&self) -> Option<PathBuf> {
        self.state_dir.clone().or_else(MockIdp::default_state_dir)
    }
}

impl MockArgs {
    pub(super) fn control_token(&self) -> Option<&str> {
        self.control_token.as_deref()
    }

    pub(super) fn builder(&self) -> Result<Builder, StartError> {
        let mut builder = MockIdp::builder()
            .host(self.host.as_str())
            .picker(!self.no_picker)
            .classic_sign_in(self.classic_sign_in)
            .allow_private_networks(self.allow_private_networks);
        if let Some(behavior) = self.behavior {
            builder = builder.behavior(behavior);
        }
        if let Some(port) = self.port {
            builder = builder.port(port);
        }
        if self.org.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(StartError::Setting("--org - is given twice, but standard input is read only once".to_owned()));
        }
        for path in &self.org {
            builder = builder.org_file(path)?;
        }
        if let Some(max) = self.max_connections {
            builder = builder.max_connections(max);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if let Some(max) = self.max_sandboxes {
            builder = builder.max_sandboxes(max);
        }
        for name in &self.allow_host {
            builder = builder.allow_host(name.as_str());
        }
        for target in &self.hooks {
            builder = builder.hook_target(target)?;
        }
        if let Some(url) = &self.issuer_url {
            builder = builder.issuer_url(url.clone());
        }
        if let Some(token) = &self.control_token {
            builder = builder.control_token(token.as_str());
        }
        if let Some(dir) = self.state.dir() {
            builder = builder.state_dir(dir);
        }
        #[cfg(feature = "redis")]
        if let Some(url) = &self.shared.ledger {
            builder = builder.ledger(url.as_str());
        }
        #[cfg(feature = "disk")]
        if let Some(dir) = &self.store.dir {
            builder = builder.state(dir).sync_state(self.store.sync).reset_state(self.store.reset_state);
        }
        Ok(builder)
    }
}

/// A port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("a port is a number from 0 to {}", u16::MAX))
}

/// A whole number from 1 on.
pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "expected a whole number from 1 on".to_owned())
}
