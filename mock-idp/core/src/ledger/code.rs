//! Authorization codes, and what is authorized.

use serde::{Deserialize, Serialize};

use super::session::Authentication;
use crate::behavior::Behavior;
use crate::model::TokenLifetimes;
use crate::protocol::{RequestedClaims, Scopes};

/// What tokens are issued for: user, client, scopes and lifetimes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authorization {
    pub server: String,
    pub client_id: String,
    /// `None` if the client acts for itself.
    pub authentication: Option<Authentication>,
    pub scopes: Scopes,
    pub acr: Option<String>,
    pub lifetimes: TokenLifetimes,
    /// Hash of the device secret that ID tokens are bound to. Native SSO 3.4.
    #[serde(default)]
    pub device_secret_hash: Option<String>,
    /// Claims that the request names. OIDC Core 5.5.
    #[serde(default)]
    pub claims: RequestedClaims,
    /// Id of the policy rule that granted it; `None` at the org authorization server.
    #[serde(default)]
    pub rule_id: Option<String>,
    /// The part of the authorization request that is sent to a token inline hook; `None` if the rule names no hook.
    #[serde(default)]
    pub request: Option<Box<HookedRequest>>,
}

/// An authorization request, as token inline hooks see it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct HookedRequest {
    pub scope: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub redirect_uri: String,
    pub response_mode: String,
    pub response_type: String,
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
    /// How long an interaction code can be redeemed, in seconds.
    pub const INTERACTION_LIFETIME: i64 = 60;

    /// How long it can be redeemed, in seconds. Okta: 300; FAPI 2 Security Profile 5.3.2.2: at most 60.
    #[must_use]
    pub fn lifetime(behavior: Behavior) -> i64 {
        if behavior.shortens_codes() { 60 } else { 300 }
    }
}

/// Whether a code can be redeemed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum CodeState {
    Issued,
    /// ConsumedValue; what was made of it, so that a second use can revoke it.
    Redeemed {
        access_token: String,
        family: Option<String>,
    },
    /// A request of its client to redeem it has failed.
    Consumed,
}
