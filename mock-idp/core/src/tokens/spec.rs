//! Everything that access tokens and ID tokens are made from.

use serde_json::Value;

use crate::claims::{ClaimSubject, app_user_name};
use crate::ledger::HookedRequest;
use crate::model::TokenLifetimes;
use crate::org::{CompiledServer, Urls};
use crate::protocol::{GrantType, Scopes};

/// The input of an access token and an ID token.
#[derive(Debug)]
pub struct TokenSpec<'a> {
    pub server: &'a CompiledServer,
    pub urls: &'a Urls,
    pub subject: ClaimSubject<'a>,
    pub scopes: &'a Scopes,
    pub lifetimes: TokenLifetimes,
    pub nonce: Option<&'a str>,
    pub acr: Option<&'a str>,
    /// Hash of the device secret that the ID token is bound to. Native SSO 3.4.
    pub device_secret_hash: Option<&'a str>,
    pub delegated: Option<&'a DelegatedClaims>,
    /// `jti` of the access token, chosen before the grant was redeemed.
    pub access_token_id: &'a str,
    /// Thumbprint of the key that the access token is bound to. RFC 9449 6.1.
    pub bound_to: Option<&'a str>,
    pub origin: TokenOrigin<'a>,
}

/// What granted the tokens, and the request that they answer; for token inline hooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenOrigin<'a> {
    /// Id of the policy rule.
    pub rule_id: Option<&'a str>,
    pub request: Option<&'a HookedRequest>,
    /// The token request; `None` at the authorization endpoint.
    pub grant: Option<TokenGrant<'a>>,
}

/// A token request, as token inline hooks see it.
#[derive(Clone, Copy, Debug)]
pub struct TokenGrant<'a> {
    pub grant_type: GrantType,
    /// The scopes of the request, if it has any.
    pub scope: Option<&'a str>,
}

/// Claims of an access token that come from the token it was exchanged for. RFC 8693.
#[derive(Clone, Debug, Default)]
pub struct DelegatedClaims {
    /// `sub` of that token.
    pub subject_name: Option<String>,
    /// The resource of that token: `aud` instead of the server's own audience.
    pub audience: Option<String>,
    /// RFC 8693 4.1: `act`.
    pub actor: Option<Value>,
    /// The type of the subject.
    pub sub_profile: Option<String>,
}

/// Which tokens are requested.
#[derive(Clone, Copy, Debug)]
pub struct TokenSelection<'a> {
    pub access_token: bool,
    pub id_token: bool,
    /// The code that is returned with them by the authorization endpoint: its hash is a claim of the ID token.
    pub code: Option<&'a str>,
}

impl TokenSpec<'_> {
    /// Seconds.
    #[must_use]
    pub fn access_token_lifetime(&self) -> i64 {
        i64::from(self.lifetimes.access_token_lifetime_minutes) * 60
    }

    /// Okta: the default `sub` rule is `(appuser != null) ? appuser.userName : app.clientId`.
    pub(super) fn subject_name(&self) -> String {
        if let Some(name) = self.delegated.and_then(|delegated| delegated.subject_name.as_ref()) {
            return name.clone();
        }
        let ClaimSubject { org, client, user, assignment, now, .. } = &self.subject;
        match user {
            Some(user) => app_user_name(org, client, user, *assignment, *now),
            None => client.client_id().to_owned(),
        }
    }
}
