//! An authorization request with an interclient token: another app hands the user over, so nobody asks who it is.
//! Okta: "Configure Native to Web SSO".

use crate::ledger::{AuthorizationRequest, HandOver, SignedIn};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::Verified;

/// What the refusals call it.
const NAME: &str = "interclient_token";

/// The `jti` of a token that is this server's, and for this request's app; its claims are there if a server of the org has signed
/// them.
///
/// # Errors
/// Okta's refusals.
pub fn handed_over<'a>(
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
        let reason = format!("iss is {:?}, this is {}", claims.text("iss"), urls.issuer(server));
        return Err(OAuthError::with(ErrorId::OneTimeSsoTokenInvalidIss, NAME, reason));
    }
    if claims.expired(now) {
        return Err(invalid("it has expired"));
    }
    let target = super::checks::client(org, Some(&request.client_id))?;
    if claims.text("tid") != Some(target.id.as_str()) {
        let reason = format!("it is for {:?}, this is {}", claims.text("tid"), target.id);
        return Err(OAuthError::new(ErrorId::InterclientTokenInvalidTid, reason));
    }
    claims.text("jti").ok_or_else(|| invalid("it has no jti"))
}

/// The refusal of a token that no record knows.
#[must_use]
pub fn not_handed_over() -> OAuthError {
    OAuthError::with(ErrorId::OneTimeSsoTokenInvalidJti, NAME, "no sign-in waits under this jti")
}

/// Takes the user over, once. What the first app has asked by may have been revoked since.
///
/// # Errors
/// Okta's refusals.
pub fn take_over(
    org: &Org,
    request: &AuthorizationRequest,
    record: &mut HandOver,
    revoked: bool,
) -> Result<SignedIn, OAuthError> {
    if revoked {
        let reason = format!("the access token of {} has been revoked", record.client_id);
        return Err(OAuthError::with(ErrorId::OneTimeSsoTokenRevoked, NAME, reason));
    }
    // An administrator may have changed the map since the exchange.
    let target = super::checks::client(org, Some(&request.client_id))?;
    let origin = org.client(&record.client_id).filter(|origin| origin.status.is_active());
    if !origin.is_some_and(|origin| target.trusts(origin)) {
        let reason = format!("{} is not among the `interclientAllowedApps` of {}", record.client_id, target.id);
        return Err(OAuthError::new(ErrorId::InterclientRelationshipNotConfigured, reason));
    }
    if std::mem::replace(&mut record.used, true) {
        return Err(OAuthError::with(ErrorId::OneTimeSsoTokenReplayed, NAME, "it has signed somebody in before"));
    }
    Ok(record.proof.clone())
}
