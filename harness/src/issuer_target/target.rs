//! The issuer under test: its servers, clients, accounts and clock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::client::{Account, Client};
use super::control::Control;
use super::kind::{Behavior, TargetKind};
use super::name::{AccountName, ClientName};
use super::server::{Server, ServerKind};
use super::sign_in::Script;
use crate::wire::Http;

/// An issuer under test.
#[derive(Debug)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    pub behavior: Behavior,
    pub servers: BTreeMap<ServerKind, Server>,
    pub clients: BTreeMap<ClientName, Client>,
    pub accounts: BTreeMap<AccountName, Account>,
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
    pub(super) clock_offset: AtomicI64,
}

impl Target {
    /// Whether Okta's answers are expected, error texts and departures from OpenID conformance included.
    #[must_use]
    pub fn speaks_okta(&self) -> bool {
        self.kind.speaks_okta() && self.behavior == Behavior::Okta
    }

    /// The issuer's time in seconds since 1970: the time of this machine plus what the issuer's clock was advanced by.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock that checks compare times with")]
    pub fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(now).unwrap_or(i64::MAX) + self.clock_offset.load(Ordering::Relaxed)
    }

    /// Records that the issuer's clock was advanced.
    pub fn clock_was_advanced(&self, seconds: i64) {
        self.clock_offset.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Records that the issuer's clock shows the real time again.
    pub fn clock_was_reset(&self) {
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
