//! From a builder to a running mock.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mock_idp_core::org::Org;
use parking_lot::Mutex;

use super::MockIdp;
use super::builder::Builder;
use super::checked_org::CheckedOrg;
use super::state_store::StateStore;
use crate::control;
use crate::engine::{OrgInstance, Orgs, Sandbox, SandboxSettings};
use crate::http;
use crate::http::front::Front;
use crate::keys::{KeyPool, expect_use};
use crate::listen;
use crate::listen::port::Bound;
use crate::logging::{self, LogFormat};
use crate::org_source::{OrgSource, unsound};
use crate::outbound::{HookTargets, Networks};
use crate::routing::Table;
use crate::settings::{ControlAccess, IssuerUrl, OrgOverrides, Settings, is_loopback};
use crate::start_error::StartError;
use crate::tls::{self, Tls};

impl Builder {
    /// Checks the org documents.
    ///
    /// # Errors
    /// Every problem of the first document that has one, or two orgs of one name.
    pub fn check(&self) -> Result<Vec<CheckedOrg>, StartError> {
        let mut names = HashSet::new();
        let mut checked = Vec::new();
        for source in self.sources() {
            let org = self.org(&source)?;
            let (name, warnings) = (org.identity().subdomain.clone(), source.warnings(&org));
            if !names.insert(name.clone()) {
                return Err(StartError::SameName { name });
            }
            checked.push(CheckedOrg { name, warnings });
        }
        Ok(checked)
    }

    /// Starts the mock on the current tokio runtime.
    ///
    /// # Errors
    /// A wrong org document, a port that is taken, an address that is not this machine's.
    pub async fn start(self) -> Result<MockIdp, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| StartError::Runtime(error.to_string()))?;
        let mut state_warnings = Vec::new();
        if self.state.shared.is_some() && self.seed.is_some() {
            return Err(StartError::Setting(
                "--seed and --ledger cannot be used together: servers with one seed would issue the same ids"
                    .to_owned(),
            ));
        }
        if self.state.shared.is_some() && self.state.dir.is_some() {
            return Err(StartError::Setting("give either --state or --ledger: the state is in one place".to_owned()));
        }
        let state = StateStore::open(&self.state, &mut state_warnings).await?;
        let (orgs, keys) = self.load_orgs(&state).await?;
        state_warnings.extend(self.restore(&state, &orgs).await?);
        let mut orgs = orgs.into_iter();
        let default = orgs.next().ok_or_else(|| StartError::Setting("there is no org".to_owned()))?;
        let orgs = Arc::new(Orgs::new(default, orgs.collect(), self.sandbox_settings()));
        logging::install(self.log)?;

        let Bound { listeners, port, moved } = listen::port::bind(&self.host, self.port)?;
        let mut warnings: Vec<String> = moved.into_iter().collect();
        warnings.extend(self.leniencies());
        warnings.extend(state_warnings);

        let (tls, ca_path) = self.tls(&orgs, &mut warnings);
        let authority = tls.authority().map_err(|error| StartError::Certificate(error.to_string()))?;
        let ca_pem = authority.pem().to_owned();
        warnings.extend_from_slice(authority.warnings());

        let stopping = Arc::new(AtomicBool::new(false));
        let settings = Arc::new(Settings {
            issuer_url: self.issuer_url.clone(),
            allowed_hosts: self.own_names(),
            log_requests: self.log != LogFormat::Off,
            warnings: warnings.clone(),
            control: self.control_access(),
            ca_pem: ca_pem.clone(),
            ca_path: ca_path.clone(),
            started: now_millis(),
            stopping: Arc::clone(&stopping),
        });
        warnings.extend(orgs.default_org().behavior_warning());
        warnings.extend(orgs.loaded().filter_map(|org| org.seed_warning()));
        warnings.extend(orgs.loaded().flat_map(|org| org.document_warnings().to_vec()));
        let table =
            Table::new(&http::GROUP, &[&control::GROUP]).map_err(|error| StartError::Setting(error.to_string()))?;
        let front = Front::new(Arc::clone(&orgs), settings, table);
        let _entered = runtime.enter();
        let serving = listen::serve(listeners, self.max_connections, &front, &tls)
            .map_err(|source| StartError::Address { address: format!("{}:{port}", self.host), source })?;

        expect_use(keys.generated());
        let authority = format!("{}:{port}", self.shown_host());
        let url = format!("http://{authority}");
        let issuer_base = self.issuer_url.as_ref().map_or(url.as_str(), IssuerUrl::as_str);
        let control_open = self.control_access() != ControlAccess::Closed;
        Ok(MockIdp {
            control_url: control_open.then(|| format!("{url}/_mock/info")),
            sources: Mutex::new(self.sources()),
            issuer: format!("{issuer_base}/oauth2/default"),
            https_url: format!("https://{authority}"),
            url,
            orgs,
            front,
            serving,
            port,
            ca_pem,
            ca_path,
            warnings,
            builder: self,
            stopping,
            _state: state,
        })
    }

    async fn load_orgs(&self, state: &StateStore) -> Result<(Vec<OrgInstance>, KeyPool), StartError> {
        let mut names = HashSet::new();
        let mut orgs = Vec::new();
        let mut keys = KeyPool::default();
        for source in self.sources() {
            let org = self.org(&source)?;
            if self.state.shared.is_some() && org.settings().seed.is_some() {
                return Err(StartError::Setting(format!(
                    "the org {} has a seed (settings.seed), which cannot be used with --ledger: servers with one seed would issue the same ids",
                    org.identity().subdomain
                )));
            }
            let warnings = source.warnings(&org);
            let ledger = state.ledger(&org.identity().subdomain).await?;
            let mut org = OrgInstance::in_ledger(org, &mut keys, self.seed, ledger);
            org.networks = self.networks();
            org.set_hook_targets(&self.hook_targets());
            org.set_document_warnings(warnings);
            if !names.insert(org.name.clone()) {
                return Err(StartError::SameName { name: org.name });
            }
            orgs.push(org);
        }
        Ok((orgs, keys))
    }

    fn sources(&self) -> Vec<OrgSource> {
        if self.orgs.is_empty() { vec![OrgSource::built_in()] } else { self.orgs.clone() }
    }

    /// The org of a document, with the settings of this builder.
    pub(super) fn org(&self, source: &OrgSource) -> Result<Org, StartError> {
        self.overrides().apply(source.org()?).map_err(|problems| unsound(source.origin(), &problems))
    }

    fn overrides(&self) -> OrgOverrides {
        // The picker signs in without a password: never where other machines can reach it.
        let picker = self.picker && is_loopback(&self.host);
        OrgOverrides { picker, classic_sign_in: self.classic_sign_in, behavior: self.behavior }
    }

    /// The TLS side. If the directory cannot be written, the authority stays in memory, with a warning.
    fn tls(&self, orgs: &Orgs, warnings: &mut Vec<String>) -> (Arc<Tls>, Option<PathBuf>) {
        let mut names = self.own_names();
        names.extend(orgs.loaded().map(|org| format!("{}.localhost", org.name)));
        if let Some(dir) = &self.state_dir {
            match tls::keep_authority(dir, &names) {
                Ok(path) => return (Arc::new(Tls::new(Some(dir.clone()), names)), Some(path)),
                Err(error) => {
                    warnings
                        .push(format!("The certificate authority is not saved, so it is new at each start: {error}."));
                }
            }
        }
        (Arc::new(Tls::new(None, names)), None)
    }

    /// Names beyond those of loopback: given, listened on, or pinned.
    fn own_names(&self) -> Vec<String> {
        let pinned = self.issuer_url.as_ref().map(|url| url.host().to_owned());
        let host = Some(self.host.clone()).filter(|host| {
            let unspecified = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified());
            host != "localhost" && !unspecified
        });
        self.allowed_hosts.iter().cloned().chain(host).chain(pinned).collect()
    }

    /// The host in the URL.
    fn shown_host(&self) -> String {
        match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => "localhost".to_owned(),
            Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
            _ => self.host.clone(),
        }
    }

    fn control_access(&self) -> ControlAccess {
        match &self.control_token {
            Some(token) => ControlAccess::Token(token.clone()),
            None if is_loopback(&self.host) => ControlAccess::ThisMachine,
            None => ControlAccess::Closed,
        }
    }

    fn sandbox_settings(&self) -> SandboxSettings {
        let max = self.max_sandboxes.unwrap_or(Sandbox::MAX);
        let (overrides, networks, hook_targets) = (self.overrides(), self.networks(), self.hook_targets());
        SandboxSettings { max, seed: self.seed, overrides, networks, hook_targets }
    }

    fn networks(&self) -> Networks {
        Networks { loopback: self.private_networks || is_loopback(&self.host), private: self.private_networks }
    }

    fn hook_targets(&self) -> HookTargets {
        HookTargets { loopback: self.networks().loopback, named: self.hook_targets.clone().into() }
    }

    fn leniencies(&self) -> Vec<String> {
        let mut leniencies = Vec::new();
        if !is_loopback(&self.host) {
            leniencies.push(format!(
                "Other machines can reach this mock (--host {}). It gives tokens to anybody.",
                self.host
            ));
        }
        if let Some(seed) = self.seed {
            leniencies.push(format!(
                "Tokens, codes and keys can be predicted: they are derived from the seed {seed} (--seed)."
            ));
        }
        if self.private_networks {
            leniencies
                .push("Sends requests to private networks for its clients (--allow-private-networks).".to_owned());
        }
        if !self.hook_targets.is_empty() {
            let names: Vec<String> = self.hook_targets.iter().map(ToString::to_string).collect();
            leniencies.push(format!(
                "Hooks and requests to identity providers go to other machines: {} (--hooks).",
                names.join(", ")
            ));
        }
        if !self.allowed_hosts.is_empty() {
            leniencies.push(format!("Answers to foreign host names too: {}.", self.allowed_hosts.join(", ")));
        }
        leniencies
    }
}

/// The machine's time.
fn now_millis() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the start of the process, whatever the orgs' clocks show")]
    let now = time::OffsetDateTime::now_utc();
    i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}
