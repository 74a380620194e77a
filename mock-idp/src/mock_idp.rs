//! A mock org in this process: built, started, stopped when dropped.

mod reload;

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mock_idp_core::behavior::Behavior;
use mock_idp_core::org::{Draft, Org, Problems, RateLimits, SignInForm};
use parking_lot::Mutex;

use crate::control;
use crate::engine::{OrgInstance, Orgs};
use crate::http;
use crate::http::front::Front;
use crate::keys::KeyPool;
use crate::listen::port::{Bound, DEFAULT_PORT, PortChoice};
use crate::listen::{self, Serving};
use crate::logging::{self, LogFormat};
use crate::org_source::{OrgSource, unsound};
use crate::outbound::Networks;
use crate::people::{Person, people};
use crate::routing::Table;
use crate::settings::{ControlAccess, IssuerUrl, Settings, is_loopback};
use crate::start_error::StartError;
use crate::state_dir::default_state_dir;
use crate::tls::{self, Tls};

/// A running mock: one port for http and https. It stops when it is dropped.
///
/// It runs on the tokio runtime on which it was started; blocking the only thread of that runtime blocks the mock too.
#[derive(Debug)]
pub struct MockIdp {
    orgs: Arc<Orgs>,
    serving: Serving,
    port: u16,
    url: String,
    https_url: String,
    issuer: String,
    ca_pem: String,
    ca_path: Option<PathBuf>,
    warnings: Vec<String>,
    control_url: Option<String>,
    builder: Builder,
    /// The documents of the orgs, the default one's first.
    sources: Mutex<Vec<OrgSource>>,
}

/// What a mock is started with.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    orgs: Vec<OrgSource>,
    host: String,
    port: PortChoice,
    issuer_url: Option<IssuerUrl>,
    allowed_hosts: Vec<String>,
    state_dir: Option<PathBuf>,
    picker: bool,
    classic_sign_in: bool,
    behavior: Option<Behavior>,
    log: LogFormat,
    control_token: Option<String>,
    max_connections: Option<usize>,
    private_networks: bool,
}

impl MockIdp {
    /// The default port of the program.
    pub const DEFAULT_PORT: u16 = DEFAULT_PORT;

    /// A mock of the built-in org, on loopback and a free port, with a certificate authority in memory, silent.
    pub fn builder() -> Builder {
        Builder {
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
        }
    }

    /// Where it is over http: `http://localhost:7801`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it is over https: the same port.
    #[must_use]
    pub fn https_url(&self) -> &str {
        &self.https_url
    }

    /// The issuer of the first org's `default` authorization server over http, or under the pinned issuer URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the local authority, PEM: what a client has to trust for https.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The file of the certificate, if it is saved.
    #[must_use]
    pub fn ca_path(&self) -> Option<&Path> {
        self.ca_path.as_deref()
    }

    /// Whether the default org refuses requests beyond Okta's rate limits.
    #[must_use]
    pub fn enforces_rate_limits(&self) -> bool {
        self.orgs.default_org().org().rate_limits() == RateLimits::Enforced
    }

    /// What a person must know of: leniencies, another port than the usual, an address that others can reach.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Where the control API is; none if it is closed, because others can connect and there is no control token.
    #[must_use]
    pub fn control_url(&self) -> Option<&str> {
        self.control_url.as_deref()
    }

    /// Whether it serves the built-in org, whose passwords are public.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.builder.orgs.is_empty()
    }

    /// How many requests are being answered.
    #[must_use]
    pub fn running_requests(&self) -> usize {
        self.serving.running()
    }

    /// The names of the orgs, the default one first.
    pub fn org_names(&self) -> impl Iterator<Item = &str> {
        self.orgs.orgs().map(|org| org.name.as_str())
    }

    /// Registers a redirect URI for a client of the default org.
    ///
    /// # Errors
    /// No client of that id, or no absolute URI.
    pub fn allow_redirect_uri(&self, client_id: &str, uri: &str) -> Result<(), ChangeError> {
        self.orgs.default_org().change_seed(|draft| {
            let changed = draft.change_client(client_id, |app| {
                push_new(&mut app.settings.oauth_client.redirect_uris, uri);
                Some(())
            });
            changed.ok_or_else(|| ChangeError::UnknownClient(client_id.to_owned()))
        })
    }

    /// Registers a redirect URI and a post-logout redirect URI for several clients of the default org, in one change.
    ///
    /// # Errors
    /// No client of one of these ids, or no absolute URI; nothing is changed then.
    pub fn allow_return(&self, client_ids: &[&str], redirect_uri: &str, signed_out: &str) -> Result<(), ChangeError> {
        self.orgs.default_org().change_seed(|draft| {
            for id in client_ids {
                let changed = draft.change_client(id, |app| {
                    let oauth = &mut app.settings.oauth_client;
                    push_new(&mut oauth.redirect_uris, redirect_uri);
                    push_new(&mut oauth.post_logout_redirect_uris, signed_out);
                    Some(())
                });
                changed.ok_or_else(|| ChangeError::UnknownClient((*id).to_owned()))?;
            }
            Ok(())
        })
    }

    /// Lets browser pages of this origin read answers of the default org.
    ///
    /// # Errors
    /// Not an origin.
    pub fn allow_origin(&self, origin: &str) -> Result<(), ChangeError> {
        self.orgs.default_org().change_seed(|draft| {
            draft.trust_origin(origin);
            Ok(())
        })
    }

    /// Everybody of the default org who can sign in.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        people(self.orgs.default_org())
    }

    /// The directory that the program keeps its certificate authority in: `$XDG_STATE_HOME/mock-idp`, else
    /// `~/.local/state/mock-idp`.
    #[must_use]
    pub fn default_state_dir() -> Option<PathBuf> {
        default_state_dir()
    }

    /// Makes sure that `dir` holds a certificate authority, and returns the path of its certificate. No trust store is changed.
    ///
    /// # Errors
    /// The directory cannot be made, read or written.
    pub fn ensure_certificate_authority(dir: &Path) -> Result<PathBuf, StartError> {
        tls::keep_authority(dir, &[]).map_err(|error| StartError::Certificate(error.to_string()))
    }

    /// Stops listening, lets running requests finish, and ends all tasks.
    pub async fn stop(self) {
        self.serving.stop().await;
        logging::flush_stderr();
    }
}

/// Why an org was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("no client of the org has the id `{0}`")]
    UnknownClient(String),
    #[error("the changed org is not sound: {0}")]
    Unsound(#[from] Problems),
}

fn push_new(uris: &mut Vec<String>, uri: &str) {
    if !uris.iter().any(|known| known == uri) {
        uris.push(uri.to_owned());
    }
}

impl Drop for MockIdp {
    fn drop(&mut self) {
        self.serving.abandon();
    }
}

impl Builder {
    /// Serves the org of this file (`-` is standard input) instead of the built-in one. Called again, it adds an org: the first is the default,
    /// the others answer at `/_org/{subdomain}/…` and `{subdomain}.localhost`.
    ///
    /// # Errors
    /// The file cannot be read, or is no text.
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

    /// Listens on this port if it is free, else on the next free one; [`MockIdp::warnings`] has the reason.
    pub fn prefer_port(mut self, port: u16) -> Self {
        self.port = PortChoice::Preferably(port);
        self
    }

    /// Listens on this address instead of loopback. Whoever can reach it can use the mock.
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

    /// Serves at most this number of connections at a time. Default: 4,096, or what the process may open.
    pub fn max_connections(mut self, max: usize) -> Self {
        self.max_connections = Some(max.max(1));
        self
    }

    /// Checks the org documents; their names.
    ///
    /// # Errors
    /// Every problem of the first document that has one, or two orgs of one name.
    pub fn check(&self) -> Result<Vec<String>, StartError> {
        Ok(self.load_orgs()?.into_iter().map(|org| org.name).collect())
    }

    /// Starts the mock on the current tokio runtime.
    ///
    /// # Errors
    /// A wrong org document, a port that is taken, an address that is not this machine's.
    // Nothing is awaited today; a store that is not in memory will be.
    #[expect(clippy::unused_async, reason = "starting may wait one day, and callers should not notice")]
    pub async fn start(self) -> Result<MockIdp, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| StartError::Runtime(error.to_string()))?;
        let mut orgs = self.load_orgs()?.into_iter();
        let default = orgs.next().ok_or_else(|| StartError::Setting("there is no org".to_owned()))?;
        let orgs = Arc::new(Orgs::new(default, orgs.collect()));
        logging::install(self.log)?;

        let Bound { listeners, port, moved } = listen::port::bind(&self.host, self.port)?;
        let mut warnings: Vec<String> = moved.into_iter().collect();
        warnings.extend(self.leniencies());

        let (tls, ca_path) = self.tls(&orgs, &mut warnings);
        let authority = tls.authority().map_err(|error| StartError::Certificate(error.to_string()))?;
        let ca_pem = authority.pem().to_owned();
        warnings.extend_from_slice(authority.warnings());

        let settings = Arc::new(Settings {
            issuer_url: self.issuer_url.clone(),
            allowed_hosts: self.own_names(),
            log_requests: self.log != LogFormat::Off,
            warnings: warnings.clone(),
            control: self.control_access(),
            ca_pem: ca_pem.clone(),
            started: now_millis(),
        });
        warnings.extend(orgs.default_org().behavior_warning());
        let table =
            Table::new(&http::GROUP, &[&control::GROUP]).map_err(|error| StartError::Setting(error.to_string()))?;
        let front = Front::new(Arc::clone(&orgs), settings, table);
        let _entered = runtime.enter();
        let serving = listen::serve(listeners, self.max_connections, &front, &tls)
            .map_err(|source| StartError::Address { address: format!("{}:{port}", self.host), source })?;

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
            serving,
            port,
            ca_pem,
            ca_path,
            warnings,
            builder: self,
        })
    }

    fn load_orgs(&self) -> Result<Vec<OrgInstance>, StartError> {
        let mut names = HashSet::new();
        let mut orgs = Vec::new();
        let mut keys = KeyPool::default();
        for source in self.sources() {
            let mut org = OrgInstance::new(self.org(&source)?, &mut keys);
            org.networks = self.networks();
            if !names.insert(org.name.clone()) {
                return Err(StartError::SameName { name: org.name });
            }
            orgs.push(org);
        }
        Ok(orgs)
    }

    fn sources(&self) -> Vec<OrgSource> {
        if self.orgs.is_empty() { vec![OrgSource::built_in()] } else { self.orgs.clone() }
    }

    /// The org of a document, with the settings of this builder.
    fn org(&self, source: &OrgSource) -> Result<Org, StartError> {
        self.adjusted(source.org()?).map_err(|problems| unsound(source.origin(), &problems))
    }

    /// The org with the settings of this builder, which win over those of the document.
    fn adjusted(&self, org: Org) -> Result<Org, Problems> {
        let mut settings = org.settings().clone();
        let page = &mut settings.sign_in_page;
        // The picker signs in without a password: never where other machines can reach it.
        page.picker &= self.picker && is_loopback(&self.host);
        if self.classic_sign_in {
            page.form = SignInForm::Classic;
        }
        settings.behavior = self.behavior.unwrap_or(settings.behavior);
        if settings == *org.settings() {
            return Ok(org);
        }
        // A draft's time becomes that of the rows that it puts; it puts none.
        let mut draft = Draft::new(&org, 0);
        draft.put_settings(settings);
        draft.finish()
    }

    /// The TLS side. If the directory cannot be written, the authority stays in memory, with a warning.
    fn tls(&self, orgs: &Orgs, warnings: &mut Vec<String>) -> (Arc<Tls>, Option<PathBuf>) {
        let mut names = self.own_names();
        names.extend(orgs.orgs().map(|org| format!("{}.localhost", org.name)));
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

    fn networks(&self) -> Networks {
        Networks { loopback: self.private_networks || is_loopback(&self.host), private: self.private_networks }
    }

    fn leniencies(&self) -> Vec<String> {
        let mut leniencies = Vec::new();
        if !is_loopback(&self.host) {
            leniencies.push(format!(
                "Other machines can reach this mock (--host {}). It gives tokens to anybody.",
                self.host
            ));
        }
        if self.private_networks {
            leniencies
                .push("Sends requests to private networks for its clients (--allow-private-networks).".to_owned());
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
