//! The issuer under test: its servers, clients, accounts and clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::client::{Account, Client};
use super::control::{Control, FoundState};
use super::kind::{Behavior, TargetKind};
use super::name::{AccountName, ClientName};
use super::roles::Roles;
use super::server::{Server, ServerKind};
use super::sign_in::Script;
use crate::wire::Http;

/// An issuer under test.
#[derive(Debug)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    /// The id of an Okta org.
    pub org_id: Option<String>,
    pub behavior: Behavior,
    pub servers: BTreeMap<ServerKind, Server>,
    pub clients: BTreeMap<ClientName, Client>,
    pub accounts: BTreeMap<AccountName, Account>,
    /// Which client or account scenarios mean by a name of the market org.
    pub roles: Roles,
    pub redirect_uri: Url,
    pub signed_out_uri: Url,
    /// Sign-in scripts for the browser, in the order in which they are tried.
    pub scripts: Vec<Script>,
    pub control: Option<Control>,
    /// An API token of an administrator (Okta: SSWS).
    pub api_token: Option<String>,
    /// A private key that is registered nowhere, PEM: for proofs and for forged tokens.
    pub unregistered_key: String,
    /// Private keys for clients that scenarios register, PEM: the first key and its replacement.
    pub registration_keys: [String; 2],
    /// The resource server whose endpoints the API checks call.
    pub api: Option<Url>,
    /// The same issuer over https, and the certificate authority of its certificate, PEM.
    pub https: Option<(Url, String)>,
    /// Name and version of the issuer's software, if known.
    pub software: Option<String>,
    /// Connections without cookies.
    pub http: Http,
    /// The certificate authorities that are trusted besides those of the system, PEM.
    pub ca_pem: Option<String>,
    /// The clients and accounts of the target file, including those that are left out.
    pub declared: BTreeSet<String>,
    /// What a reader of the report has to know about the target.
    pub notes: Vec<String>,
    /// Environment variables that are not set.
    pub unset_variables: Vec<String>,
    /// The state of the mock before the run.
    pub found: FoundState,
    pub(super) clock_offset: AtomicI64,
}

impl Target {
    /// The client with that name or role.
    #[must_use]
    pub fn client(&self, name: ClientName) -> Option<&Client> {
        self.clients.get(&name).or_else(|| self.clients.get(&self.roles.client(name)))
    }

    /// The account with that name or role.
    #[must_use]
    pub fn account(&self, name: AccountName) -> Option<&Account> {
        self.accounts.get(&name).or_else(|| self.accounts.get(&self.roles.account(name)))
    }

    /// Whether Okta's answers are expected, error texts and departures from OpenID conformance included.
    #[must_use]
    pub fn speaks_okta(&self) -> bool {
        self.kind.speaks_okta() && self.behavior == Behavior::Okta
    }

    /// Whether this is a name of the target: its own, its kind, or the id of its org.
    #[must_use]
    pub fn goes_by(&self, name: &str) -> bool {
        self.name == name || self.kind.word() == name || self.org_id.as_deref() == Some(name)
    }

    /// The issuer's time in seconds since 1970: the time of this machine, or that at which the issuer's clock was stopped
    /// before the run, plus what the clock was advanced by.
    #[must_use]
    pub fn now(&self) -> i64 {
        let clock = &self.found.clock;
        let stopped = OffsetDateTime::parse(&clock.now, &Rfc3339).ok().filter(|_| clock.frozen);
        let now =
            stopped.map_or_else(|| Self::machine_time().saturating_add(clock.offset), OffsetDateTime::unix_timestamp);
        now.saturating_add(self.clock_offset.load(Ordering::Relaxed))
    }

    /// The time of this machine in seconds since 1970.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock that checks compare times with")]
    pub fn machine_time() -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(real).unwrap_or(i64::MAX)
    }

    /// Records that the issuer's clock was advanced.
    pub fn clock_was_advanced(&self, seconds: i64) {
        self.clock_offset.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Records that the issuer's clock is as it was before the run.
    pub fn clock_was_restored(&self) {
        self.clock_offset.store(0, Ordering::Relaxed);
    }

    /// A fingerprint of the discovery documents: the first six bytes of SHA-256 over their sorted members. The issuer's
    /// origin is left out, so that an org has the same fingerprint on every port.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for server in self.servers.values() {
            let members: BTreeMap<&String, &Value> = server.metadata.rest.iter().collect();
            let text = serde_json::to_string(&members).unwrap_or_default();
            let origin = Url::parse(&server.issuer).map(|issuer| issuer.origin().ascii_serialization());
            digest.update(text.replace(&origin.unwrap_or_default(), "").as_bytes());
        }
        digest.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The issuer of the main server.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.servers.values().next().map_or("", |server| server.issuer.as_str())
    }
}
