//! Authorization requests with an interclient token: the user of another app is signed in without a prompt.
//! Okta: "Configure Native to Web SSO".

use super::redirect;
use crate::ledger::{AuthorizationRequest, InterclientGrant, SignedIn};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::Verified;

/// The parameter that Okta's errors name.
const NAME: &str = "interclient_token";

/// The `jti` of a token that this server has issued for this request's app. `claims` are present if a server of the org has signed
/// the token.
///
/// # Errors
/// Okta's errors.
pub fn check_interclient_token<'a>(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    request: &AuthorizationRequest,
    claims: Option<&'a Verified>,
    now: i64,
) -> Result<&'a str, OAuthError> {
    let invalid = |reason: &str| OAuthError::with(ErrorId::OneTimeSsoTokenInvalid, NAME, reason);
    let claims = claims.ok_or_else(|| invalid("no server of the org has signed it"))?;
    if claims.text("iss") != Some(urls.issuer(server).as_str()) {
        let reason = format!("iss is {:?}, expected {}", claims.text("iss"), urls.issuer(server));
        return Err(OAuthError::with(ErrorId::OneTimeSsoTokenInvalidIss, NAME, reason));
    }
    if claims.expired(now) {
        return Err(invalid("the token has expired"));
    }
    let target = redirect::client(org, Some(&request.client_id))?;
    if claims.text("tid") != Some(target.id.as_str()) {
        let reason = format!("tid is {:?}, expected {}", claims.text("tid"), target.id);
        return Err(OAuthError::new(ErrorId::InterclientTokenInvalidTid, reason));
    }
    claims.text("jti").ok_or_else(|| invalid("the token has no jti"))
}

/// The error for a token without a record.
#[must_use]
pub fn unknown_interclient_token() -> OAuthError {
    OAuthError::with(ErrorId::OneTimeSsoTokenInvalidJti, NAME, "there is no record for this jti")
}

/// Redeems a token, which can be used once. `revoked`: whether the access token that it was exchanged for has been revoked.
///
/// # Errors
/// Okta's errors.
pub fn redeem_interclient_token(
    org: &Org,
    request: &AuthorizationRequest,
    record: &mut InterclientGrant,
    revoked: bool,
) -> Result<SignedIn, OAuthError> {
    if revoked {
        let reason = format!("the access token of {} has been revoked", record.client_id);
        return Err(OAuthError::with(ErrorId::OneTimeSsoTokenRevoked, NAME, reason));
    }
    // An administrator may have changed the allowed apps since the exchange.
    let target = redirect::client(org, Some(&request.client_id))?;
    let origin = org.client(&record.client_id).filter(|origin| origin.status.is_active());
    if !origin.is_some_and(|origin| target.trusts(origin)) {
        let reason = format!("{} is not among the `interclientAllowedApps` of {}", record.client_id, target.id);
        return Err(OAuthError::new(ErrorId::InterclientRelationshipNotConfigured, reason));
    }
    record
        .redeem()
        .ok_or_else(|| OAuthError::with(ErrorId::OneTimeSsoTokenReplayed, NAME, "the token has been used before"))
}
