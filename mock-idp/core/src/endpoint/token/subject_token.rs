//! Checks of the tokens that a client presents to have them exchanged. RFC 8693 2.1.

use crate::model::{App, ApplicationType, User};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::Verified;

/// The claims, if this server has issued them.
pub(super) fn issued_here<'a>(
    claims: Option<&'a Verified>,
    server: &CompiledServer,
    urls: &Urls,
) -> Result<&'a Verified, OAuthError> {
    let claims = claims
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidSubjectToken, "this server has not signed the subject token"))?;
    check_issuer(claims, server, urls)?;
    Ok(claims)
}

/// `iss` is the server that has signed the token.
pub(super) fn check_issuer(claims: &Verified, server: &CompiledServer, urls: &Urls) -> Result<(), OAuthError> {
    let issuer = urls.issuer(server);
    if claims.text("iss") == Some(issuer.as_str()) {
        return Ok(());
    }
    let reason = format!("iss is {:?}, expected {issuer}", claims.text("iss"));
    Err(OAuthError::new(ErrorId::InvalidSubjectTokenAuthorizationServer, reason))
}

pub(super) fn check_not_expired(claims: &Verified, now: i64) -> Result<(), OAuthError> {
    if claims.expired(now) {
        return Err(expired("the subject token has expired"));
    }
    Ok(())
}

pub(super) fn expired(reason: &str) -> OAuthError {
    OAuthError::new(ErrorId::TokenExchangeSubjectTokenExpired, reason)
}

/// The client that the subject token was issued to.
pub(super) fn client_of<'a>(org: &'a Org, client_id: Option<&str>) -> Result<&'a App, OAuthError> {
    client_id.and_then(|id| org.client(id)).filter(|client| client.status.is_active()).ok_or_else(|| {
        OAuthError::new(
            ErrorId::InvalidSubjectTokenClientInactive,
            format!("no active client has the id {client_id:?}"),
        )
    })
}

/// The user whom the subject token is about, who has to be assigned to the client.
pub(super) fn user_of<'a>(org: &'a Org, client: &App, user_id: Option<&str>) -> Result<&'a User, OAuthError> {
    let Some(user_id) = user_id else {
        return Err(OAuthError::new(ErrorId::InvalidSubjectToken, "the subject token is not about a user"));
    };
    let user = org.user(user_id).filter(|user| user.status.may_hold_tokens());
    let user =
        user.ok_or_else(|| OAuthError::new(ErrorId::InvalidSubjectTokenUserInactive, "the user is not active"))?;
    // Users are not assigned to service apps, which get tokens on behalf of a user all the same.
    let service = client.oauth().application_type == ApplicationType::Service;
    if !service && !org.is_assigned(client, user) {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenUserNotAssigned, reason));
    }
    Ok(user)
}
