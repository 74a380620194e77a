//! Revocation. RFC 7009; Okta: 200 with an empty body, also for an unknown token.

use crate::ledger::TokenFamily;
use crate::model::App;
use crate::tokens::Verified;

/// What is revoked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RevocationTarget {
    /// The family of a refresh token, with its access tokens.
    Family,
    /// One access token, by its `jti`; its refresh token stays valid.
    AccessToken(String),
    Nothing,
}

/// RFC 7009 2.1: the token must be the caller's own.
#[must_use]
pub fn of_refresh_token(client: &App, family: &TokenFamily) -> RevocationTarget {
    if family.authorization.client_id == client.client_id() {
        RevocationTarget::Family
    } else {
        RevocationTarget::Nothing
    }
}

/// RFC 7009 2.1: the token must be the caller's own.
#[must_use]
pub fn of_access_token(client: &App, claims: &Verified) -> RevocationTarget {
    match claims.text("jti") {
        Some(jti) if claims.text("cid") == Some(client.client_id()) => RevocationTarget::AccessToken(jti.to_owned()),
        _ => RevocationTarget::Nothing,
    }
}
