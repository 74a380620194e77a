//! Authorization requests: as they were checked, and as they were pushed.

use serde::{Deserialize, Serialize};

use super::code::HookedRequest;
use crate::behavior::Behavior;
use crate::protocol::{Language, Parameters, RequestedClaims, ResponseMode, ResponseType, Scopes};

/// An authorization request whose client and redirect URI have been checked.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Id of the authorization server; the org's id for the org authorization server.
    pub server: String,
    pub client_id: String,
    pub target: RedirectTarget,
    pub response_type: ResponseType,
    /// In the order of the request; the default scopes of the server if it names none.
    pub scopes: Scopes,
    /// Whether they are the default scopes of the server.
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
    /// The language that the request wants pages in. OIDC Core: `ui_locales`.
    #[serde(default)]
    pub language: Option<Language>,
    /// Claims that the request names. OIDC Core 5.5.
    #[serde(default)]
    pub claims: RequestedClaims,
    /// The user that a valid `id_token_hint` is about.
    #[serde(default)]
    pub hinted_user: Option<String>,
    /// The `request_uri` of a pushed request that is used up only by the response.
    #[serde(default)]
    pub pushed_as: Option<String>,
    /// Id of the external identity provider that the request names. Okta: `idp`.
    #[serde(default)]
    pub idp: Option<String>,
    /// Whether the client asks the user itself, and gets an interaction code.
    #[serde(default)]
    pub interaction: bool,
}

impl AuthorizationRequest {
    /// The request for the scopes that the user has just allowed.
    #[must_use]
    pub fn with_consent(self, scopes: Scopes) -> Self {
        Self { scopes, prompt_consent: false, ..self }
    }

    /// The part of it that is sent to token inline hooks.
    #[must_use]
    pub fn for_hooks(&self) -> HookedRequest {
        HookedRequest {
            scope: self.scopes.join(),
            state: self.target.state.clone(),
            nonce: self.nonce.clone(),
            redirect_uri: self.target.redirect_uri.clone(),
            response_mode: self.target.mode.name().to_owned(),
            response_type: self.response_type.words().collect::<Vec<_>>().join(" "),
        }
    }
}

/// A pushed authorization request, stored under its `request_uri`. RFC 9126.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushedRequest {
    pub server: String,
    pub client_id: String,
    pub parameters: Parameters,
}

impl PushedRequest {
    /// Okta: seconds until an unused `request_uri` expires.
    const LIFETIME: i64 = 3600;

    /// FAPI 2 Security Profile 5.3.2.2: less than 600 seconds.
    const LIFETIME_UNDER_FAPI: i64 = 300;

    /// How long it can be redeemed, in seconds.
    #[must_use]
    pub fn lifetime(behavior: Behavior) -> i64 {
        if behavior.requires_pushed_requests() { Self::LIFETIME_UNDER_FAPI } else { Self::LIFETIME }
    }
}

/// Where the response is sent. It exists only if client and redirect URI have been checked.
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
