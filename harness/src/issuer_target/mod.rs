//! Where the issuer is and what it offers: one struct for mock, Okta and any other provider.
//!
//! The difference between them is data: a target file (`fixtures/targets/*.toml`), the discovery documents
//! and what a scenario therefore can and can't ask for.

mod control;
mod divergence;
mod file;
pub mod fixtures;
mod open;
mod sign_in;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

pub use control::Control;
pub use divergence::{Divergence, Divergences};
pub use file::TargetFile;
pub use open::{Opening, TargetError};
pub use sign_in::{Credential, Script, ScriptStep};

use crate::wire::keys::KeySet;
use crate::wire::metadata::Metadata;
use crate::wire::{Http, WireError};

/// What is known of the issuer's make.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The mock, with the market org in it.
    Mock,
    /// A real Okta org.
    Okta,
    /// Any OpenID provider.
    Generic,
}

impl Kind {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Okta => "okta",
            Self::Generic => "generic",
        }
    }

    /// Whether it should answer the way Okta does, down to the texts.
    #[must_use]
    pub const fn speaks_okta(self) -> bool {
        matches!(self, Self::Mock | Self::Okta)
    }
}

/// Whose behaviour an issuer shows in the few places where Okta departs from OpenID conformance.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Behavior {
    /// As Okta answers.
    Okta,
    /// As the OpenID Foundation's conformance suite asks for.
    #[value(name = "openid")]
    #[serde(rename = "openid")]
    OpenId,
}

impl Behavior {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::OpenId => "openid",
        }
    }
}

/// The part that an authorization server plays. Okta has two families; any other provider has one server,
/// which plays the custom one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerRole {
    Custom,
    Org,
}

impl ServerRole {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Org => "org",
        }
    }
}

/// The part that a client plays.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientRole {
    /// Confidential, on a web server.
    Web,
    /// In a browser, without a secret.
    Spa,
    /// On a device, without a secret.
    Native,
    /// A third party's, whose users are asked for consent.
    Partner,
    /// A machine.
    Service,
    /// A machine that may do less.
    Reports,
    /// Another confidential client, which sends its secret in the body.
    Second,
    /// A device without a browser of its own.
    Tv,
    /// Asks people by the back channel.
    Kiosk,
    /// A machine that authenticates by a key.
    Automation,
    /// Without a secret; its tokens are bound to a key.
    Vault,
    /// A service that calls others on behalf of people.
    Api,
    /// Authenticates by an assertion that its secret signs.
    Office,
    /// Acts for people who have signed in to the web client.
    Agent,
    /// On a device, without a secret; the second client trusts it with people's sign-ins.
    Courier,
}

impl ClientRole {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Partner => "partner",
            Self::Service => "service",
            Self::Reports => "reports",
            Self::Second => "second",
            Self::Tv => "tv",
            Self::Kiosk => "kiosk",
            Self::Automation => "automation",
            Self::Vault => "vault",
            Self::Api => "api",
            Self::Office => "office",
            Self::Agent => "agent",
            Self::Courier => "courier",
        }
    }
}

/// The part that a person plays.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Admin,
    /// Anybody who may sign in.
    Buyer,
    Premium,
    Locked,
    Suspended,
    Deprovisioned,
    /// Whose password has expired.
    Expired,
    Staged,
    /// Known, and assigned to no client.
    Unassigned,
    /// Assigned, and excluded by every policy rule.
    Denied,
    /// Whose name needs more than ASCII.
    Unicode,
    /// Whose profile has every claim of the standard scopes.
    Complete,
}

impl Role {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Buyer => "buyer",
            Self::Premium => "premium",
            Self::Locked => "locked",
            Self::Suspended => "suspended",
            Self::Deprovisioned => "deprovisioned",
            Self::Expired => "expired",
            Self::Staged => "staged",
            Self::Unassigned => "unassigned",
            Self::Denied => "denied",
            Self::Unicode => "unicode",
            Self::Complete => "complete",
        }
    }
}

/// How a client authenticates (OIDC Core 9).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    None,
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    pub role: ClientRole,
    pub id: String,
    pub secret: Option<String>,
    /// The private key that it signs with, PEM.
    pub key: Option<String>,
    pub auth: AuthMethod,
    /// Whether the issuer refuses this client without PKCE.
    pub pkce_required: bool,
    /// The scopes of an ordinary sign-in with this client.
    pub scopes: Vec<String>,
    /// A scope that needs the user's consent for this client.
    pub consent_scope: Option<String>,
}

/// A person's account.
#[derive(Clone, Debug)]
pub struct Account {
    pub role: Role,
    pub login: String,
    pub password: String,
}

/// An endpoint that a scenario may need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Endpoint {
    Authorization,
    Token,
    Userinfo,
    Introspection,
    Revocation,
    EndSession,
    Keys,
    Push,
    Device,
    Registration,
}

impl Endpoint {
    /// Its name in the discovery document.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Authorization => "authorization_endpoint",
            Self::Token => "token_endpoint",
            Self::Userinfo => "userinfo_endpoint",
            Self::Introspection => "introspection_endpoint",
            Self::Revocation => "revocation_endpoint",
            Self::EndSession => "end_session_endpoint",
            Self::Keys => "jwks_uri",
            Self::Push => "pushed_authorization_request_endpoint",
            Self::Device => "device_authorization_endpoint",
            Self::Registration => "registration_endpoint",
        }
    }
}

/// One authorization server.
#[derive(Debug)]
pub struct Server {
    pub role: ServerRole,
    pub issuer: String,
    /// The audience of its access tokens, where it is known.
    pub audience: Option<String>,
    pub metadata: Metadata,
    /// Claims that the org's own configuration adds to every ID token.
    pub own_claims: Vec<String>,
    keys: OnceCell<KeySet>,
}

impl Server {
    /// A server with that discovery document.
    #[must_use]
    pub fn new(role: ServerRole, issuer: String, audience: Option<String>, metadata: Metadata) -> Self {
        Self { role, issuer, audience, metadata, own_claims: Vec::new(), keys: OnceCell::new() }
    }

    /// With claims that the org's own configuration adds to every ID token.
    #[must_use]
    pub fn with_own_claims(mut self, claims: &[String]) -> Self {
        claims.clone_into(&mut self.own_claims);
        self
    }

    /// Where an endpoint is, if discovery names it.
    #[must_use]
    pub const fn endpoint(&self, endpoint: Endpoint) -> Option<&Url> {
        let metadata = &self.metadata;
        match endpoint {
            Endpoint::Authorization => metadata.authorization_endpoint.as_ref(),
            Endpoint::Token => metadata.token_endpoint.as_ref(),
            Endpoint::Userinfo => metadata.userinfo_endpoint.as_ref(),
            Endpoint::Introspection => metadata.introspection_endpoint.as_ref(),
            Endpoint::Revocation => metadata.revocation_endpoint.as_ref(),
            Endpoint::EndSession => metadata.end_session_endpoint.as_ref(),
            Endpoint::Keys => metadata.jwks_uri.as_ref(),
            Endpoint::Push => metadata.pushed_authorization_request_endpoint.as_ref(),
            Endpoint::Device => metadata.device_authorization_endpoint.as_ref(),
            Endpoint::Registration => metadata.registration_endpoint.as_ref(),
        }
    }

    /// The published keys, fetched once.
    ///
    /// # Errors
    /// When there is no key address, or nothing usable at it.
    pub async fn keys(&self, http: &Http) -> Result<&KeySet, WireError> {
        self.keys
            .get_or_try_init(|| async {
                let Some(address) = &self.metadata.jwks_uri else {
                    return Err(WireError::Unreadable {
                        url: self.issuer.clone(),
                        wanted: "a key address",
                        reason: "no jwks_uri in the discovery document".to_owned(),
                    });
                };
                http.get(address).await?.json("a key set")
            })
            .await
    }

    /// The address of a path under the issuer.
    ///
    /// # Errors
    /// When the issuer is no address.
    pub fn under_issuer(&self, path: &str) -> Result<Url, WireError> {
        Ok(Url::parse(&format!("{}{path}", self.issuer.trim_end_matches('/')))?)
    }
}

/// An issuer under test.
#[derive(Debug)]
pub struct Target {
    pub name: String,
    pub kind: Kind,
    pub behavior: Behavior,
    pub servers: BTreeMap<ServerRole, Server>,
    pub clients: BTreeMap<ClientRole, Client>,
    pub accounts: BTreeMap<Role, Account>,
    pub redirect_uri: Url,
    pub signed_out_uri: Url,
    /// Sign-in scripts for the browser, the likeliest first.
    pub scripts: Vec<Script>,
    pub control: Option<Control>,
    /// An administrator's token for the issuer's management (Okta: SSWS).
    pub api_token: Option<String>,
    /// A private key that nobody has registered, PEM: for proofs, and for forgeries.
    pub stray_key: String,
    /// Private keys for clients that stories register, PEM: the first one, and the one that it is changed for.
    pub own_keys: [String; 2],
    /// The resource server whose endpoints the API checks call.
    pub api: Option<Url>,
    /// The same issuer over https, with the certificate authority that vouches for it.
    pub https: Option<(Url, String)>,
    /// Name and version of the issuer's software, where it tells.
    pub software: Option<String>,
    /// Connections without cookies.
    pub http: Http,
    clock_offset: AtomicI64,
}

impl Target {
    /// Whether it should answer the way Okta does, down to the texts, also where Okta departs from conformance.
    #[must_use]
    pub fn speaks_okta(&self) -> bool {
        self.kind.speaks_okta() && self.behavior == Behavior::Okta
    }

    /// The issuer's time in seconds since 1970: the machine's, plus what the control client has advanced.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock that every check is told the time by")]
    pub fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(now).unwrap_or(i64::MAX) + self.clock_offset.load(Ordering::Relaxed)
    }

    /// Notes that the issuer's clock was moved.
    pub fn clock_moved(&self, seconds: i64) {
        self.clock_offset.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Notes that the issuer's clock shows the real time again.
    pub fn clock_was_reset(&self) {
        self.clock_offset.store(0, Ordering::Relaxed);
    }

    /// The discovery documents' fingerprint: SHA-256 over their members, sorted and shortened. The issuer's
    /// origin doesn't count: the same org on another port has the same fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest as _, Sha256};
        let mut digest = Sha256::new();
        for server in self.servers.values() {
            let members: BTreeMap<&String, &Value> = server.metadata.rest.iter().collect();
            let text = serde_json::to_string(&members).unwrap_or_default();
            let origin = Url::parse(&server.issuer).map(|issuer| issuer.origin().ascii_serialization());
            digest.update(text.replace(&origin.unwrap_or_default(), "").as_bytes());
        }
        digest.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The issuer that stands for the whole target.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.servers.values().next().map_or("", |server| server.issuer.as_str())
    }
}
