//! What sign-ins leave behind: the records of the ledger. Types only; the ledger itself is the server's.

mod clock;
mod device_secret;
mod error;
mod hand_over;
mod holdings;
mod polled;
mod server_keys;
mod single_use;

pub use clock::ClockSetting;
pub use device_secret::{DeviceSecret, Minted};
pub use error::LedgerError;
pub use hand_over::HandOver;
pub use holdings::{Holding, Holdings};
pub use polled::{BackchannelRequest, Decision, Inbox, Polled, UserCode};
pub use server_keys::{KeyMaterial, KeyRecord};
pub use single_use::{SingleUse, Used};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{SessionActions, TokenLifetimes};
use crate::protocol::{Parameters, RequestedClaims, ResponseMode, ResponseType, Scopes};

/// An authorization request whose client and redirect URI have been checked.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Id of the authorization server; the org's id for the org authorization server.
    pub server: String,
    pub client_id: String,
    pub target: RedirectTarget,
    pub response_type: ResponseType,
    /// In the order asked for; the server's default scopes when none was named.
    pub scopes: Scopes,
    /// None was named: they are the server's default ones.
    #[serde(default)]
    pub scopes_by_default: bool,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    /// Thumbprint of the key that must be proved to redeem the code. RFC 9449 10.
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    pub prompt_none: bool,
    pub prompt_login: bool,
    pub prompt_consent: bool,
    /// Seconds.
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    pub acr_values: Option<String>,
    /// Claims asked for one by one.
    #[serde(default)]
    pub claims: RequestedClaims,
    /// The user that a valid `id_token_hint` is about.
    #[serde(default)]
    pub hinted_user: Option<String>,
}

/// An authorization request that a client has left here, by its name. RFC 9126.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushedRequest {
    pub server: String,
    pub client_id: String,
    pub parameters: Parameters,
}

impl PushedRequest {
    /// Okta: it can be redeemed for an hour.
    pub const LIFETIME: i64 = 3600;
}

/// Where answers may be sent: exists only once client and redirect URI have been checked.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RedirectTarget {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

impl RedirectTarget {
    /// The checked redirect URI.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Scheme, host and port of the redirect URI; `null` for a native app's own scheme.
    #[must_use]
    pub fn origin(&self) -> String {
        url::Url::parse(&self.redirect_uri).map_or_else(|_| "null".to_owned(), |uri| uri.origin().ascii_serialization())
    }

    #[must_use]
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// A sign-in under way, addressed by its state handle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub purpose: Purpose,
    pub stage: Stage,
    /// Ties the transaction to the browser that began it.
    pub browser: String,
    /// "Keep me signed in".
    pub remember: bool,
}

/// What a sign-in is for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Purpose {
    /// An app has sent the browser.
    Authorize(Box<AuthorizationRequest>),
    /// The user has typed in the code of a device.
    Activate(Activation),
}

impl Purpose {
    /// Id of the authorization server.
    #[must_use]
    pub fn server(&self) -> &str {
        match self {
            Self::Authorize(request) => &request.server,
            Self::Activate(activation) => &activation.server,
        }
    }

    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::Authorize(request) => &request.client_id,
            Self::Activate(activation) => &activation.client_id,
        }
    }
}

/// A device that a user is about to let in.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    pub server: String,
    pub client_id: String,
    pub scopes: Scopes,
    pub device_code: String,
    pub user_code: String,
}

/// How far a sign-in has come.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// The user has not been named yet.
    Identify,
    /// The user has typed an identifier, known or not.
    Challenge { identifier: String },
    /// The user is signed in, by this transaction or before; consent is missing.
    Consent { authentication: Authentication },
}

/// That a user proved who they are: when, how and in which session.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Authentication {
    pub user_id: String,
    /// Seconds since the epoch.
    pub auth_time: i64,
    /// RFC 8176 values.
    pub amr: Vec<String>,
    pub session_id: String,
    /// By the transaction at hand, not by an earlier one.
    #[serde(default)]
    pub fresh: bool,
}

impl Authentication {
    /// What ID tokens call the session. Okta: `idx` and 22 characters. Not the cookie's value, which would let whoever reads a
    /// token into the session.
    #[must_use]
    pub fn sid(&self) -> String {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(self.session_id.as_bytes()));
        format!("idx{}", &hash[..22])
    }
}

/// A client that was signed in to during a session, and wants to hear of its end.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    pub client_id: String,
    /// Id of the authorization server.
    pub server: String,
}

/// That a user has proved who they are, before a session is made of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    pub user_id: String,
    pub auth_time: i64,
    pub amr: Vec<String>,
}

/// A browser's sign-in session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub user_id: String,
    pub auth_time: i64,
    pub amr: Vec<String>,
    pub limits: SessionActions,
    /// When it was last used, in seconds since the epoch.
    pub used: i64,
}

impl Session {
    /// How long a session without an end of its own is remembered, and the cookie of one that outlives its browser.
    pub const LONGEST: i64 = 30 * 24 * 3600;

    /// The session of a sign-in, used as it begins.
    #[must_use]
    pub fn new(proof: SignedIn, limits: SessionActions, now: i64) -> Self {
        let SignedIn { user_id, auth_time, amr } = proof;
        Self { user_id, auth_time, amr, limits, used: now }
    }

    /// The first second at which it is over, however much it is used.
    #[must_use]
    pub fn ends(&self) -> i64 {
        match self.limits.max_session_lifetime_minutes {
            0 => self.auth_time + Self::LONGEST,
            minutes => self.auth_time + i64::from(minutes) * 60,
        }
    }

    /// Uses the session, if it is not over. Okta: each use begins the idle time anew.
    #[must_use]
    pub fn use_at(&mut self, now: i64) -> bool {
        let idle_until = self.used + i64::from(self.limits.max_session_idle_minutes) * 60;
        let live = now < idle_until && now < self.ends();
        if live {
            self.used = now;
        }
        live
    }

    /// The authentication that this session stands for.
    #[must_use]
    pub fn authentication(&self, session_id: &str, fresh: bool) -> Authentication {
        Authentication {
            user_id: self.user_id.clone(),
            auth_time: self.auth_time,
            amr: self.amr.clone(),
            session_id: session_id.to_owned(),
            fresh,
        }
    }
}

/// What a grant is about, kept until a token is made of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authorization {
    pub server: String,
    pub client_id: String,
    /// `None` for a client that acts for itself.
    pub authentication: Option<Authentication>,
    pub scopes: Scopes,
    pub acr: Option<String>,
    pub lifetimes: TokenLifetimes,
    /// Hash of the device secret that belongs to this sign-in: what ties its ID tokens to the device. Native SSO 3.4.
    #[serde(default)]
    pub device_secret_hash: Option<String>,
    /// Claims asked for one by one.
    #[serde(default)]
    pub claims: RequestedClaims,
}

/// An authorization code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Code {
    pub authorization: Authorization,
    pub redirect_uri: String,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    /// Thumbprint of the key that must be proved to redeem it. RFC 9449 10.
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    pub state: CodeState,
}

impl Code {
    /// Okta: a code lives 300 seconds.
    pub const LIFETIME: i64 = 300;
}

/// Whether a code is still good.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum CodeState {
    Issued,
    /// Used; what was made of it, so that a second use can revoke it.
    Redeemed {
        access_token: String,
        family: Option<String>,
    },
    /// Burnt by a failed attempt of its own client.
    Spent,
}

/// A token family: the refresh tokens that descend from one grant, and through them their access tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenFamily {
    pub authorization: Authorization,
    /// The refresh token that is valid now.
    pub current: String,
    /// The one before, and when it was replaced.
    pub previous: Option<(String, i64)>,
    /// Seconds since the epoch; `None` is unlimited.
    pub expires: Option<i64>,
    /// The end of the idle window.
    pub idle_until: i64,
    pub revoked: bool,
    /// Thumbprint of the key that a public client must prove with each use. RFC 9449 5.
    #[serde(default)]
    pub bound_to: Option<String>,
}

/// Which family a refresh token belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshTokenOwner {
    pub family: String,
}

/// An access token that is no longer good.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Revocation {}

/// The scopes that a user has allowed a client on a server.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Consent {
    pub scopes: Scopes,
}

impl Consent {
    /// The ledger key of a consent.
    #[must_use]
    pub fn key(server: &str, client_id: &str, user_id: &str) -> String {
        format!("{server}/{client_id}/{user_id}")
    }
}
