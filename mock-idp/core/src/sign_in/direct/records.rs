//! Stored sign-ins and challenges that a client can continue.

use crate::ledger::{DirectSignIn, OobChallenge};
use crate::model::{App, User};
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, OAuthError};

/// The user whom a request names.
///
/// # Errors
/// `login_hint` is missing, or no user has it.
pub(crate) fn hinted_user<'o>(org: &'o Org, login_hint: Option<&str>) -> Result<&'o User, OAuthError> {
    let Some(login) = login_hint else {
        return Err(OAuthError::new(ErrorId::DirectAuthMissingLoginHint, "login_hint is missing"));
    };
    let unknown = || OAuthError::new(ErrorId::DirectAuthInvalidLoginHint, format!("no user has the login `{login}`"));
    org.user_by_identifier(login.trim()).ok_or_else(unknown)
}

/// Whether a user may use a client.
///
/// # Errors
/// The user may not sign in, or is not assigned to the client.
pub(crate) fn check_user(org: &Org, client: &App, user: &User) -> Result<(), OAuthError> {
    if !user.status.may_hold_tokens() {
        let reason = format!("{} is {}", user.profile.login, user.status.name());
        return Err(OAuthError::new(ErrorId::InvalidUserStatus, reason));
    }
    if !org.is_assigned(client, user) {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::UserNotAssigned, reason));
    }
    Ok(())
}

/// The sign-in that a client continues.
///
/// # Errors
/// It is unknown, another client's, or over.
pub(crate) fn open_sign_in<'s>(
    (server, client): (&CompiledServer, &App),
    (mfa_token, sign_in): (&str, Option<&'s DirectSignIn>),
    now: i64,
) -> Result<&'s DirectSignIn, OAuthError> {
    let Some(sign_in) = sign_in else { return Err(expired("mfa_token", mfa_token, "no sign-in has this mfa_token")) };
    check_owner((server, client), (&sign_in.server, &sign_in.client_id))?;
    match sign_in.is_open(now) {
        true => Ok(sign_in),
        false => Err(expired("mfa_token", mfa_token, "the mfa_token has been used, or is too old")),
    }
}

/// The challenge whose answer a client redeems. `mfa_token`: the sign-in that it belongs to.
///
/// # Errors
/// It is unknown, another client's or another sign-in's, or over.
pub(crate) fn open_challenge<'s>(
    (server, client): (&CompiledServer, &App),
    (oob_code, challenge): (&str, Option<&'s OobChallenge>),
    mfa_token: Option<&str>,
    now: i64,
) -> Result<&'s OobChallenge, OAuthError> {
    let Some(challenge) = challenge else {
        return Err(expired("oob_code", oob_code, "no challenge has this oob_code"));
    };
    check_owner((server, client), (&challenge.server, &challenge.client_id))?;
    if challenge.mfa_token.as_deref() != mfa_token {
        let reason = "the oob_code is that of another sign-in";
        return Err(OAuthError::new(ErrorId::DirectAuthOobCodeNotForMfaToken, reason));
    }
    match challenge.is_open(now) {
        true => Ok(challenge),
        false => Err(expired("oob_code", oob_code, "the oob_code has been used, or is too old")),
    }
}

/// Okta: client and authorization server are the same in all requests of a sign-in.
fn check_owner(
    (server, client): (&CompiledServer, &App),
    (first_server, first_client): (&str, &str),
) -> Result<(), OAuthError> {
    let differs = |id, given: &str, first: &str| {
        let reason = format!("the sign-in was begun with `{first}`");
        Err(OAuthError { arguments: vec![given.to_owned(), first.to_owned()], ..OAuthError::new(id, reason) })
    };
    if first_client != client.client_id() {
        return differs(ErrorId::DirectAuthInvalidClientId, client.client_id(), first_client);
    }
    if first_server != server.id {
        return differs(ErrorId::DirectAuthInvalidAsId, &server.id, first_server);
    }
    Ok(())
}

/// The error for a value that is unknown, used or too old. Okta: the same for all of them.
pub(crate) fn expired(name: &str, value: &str, reason: &str) -> OAuthError {
    let arguments = vec![value.to_owned(), name.to_owned()];
    OAuthError { arguments, ..OAuthError::new(ErrorId::DirectAuthExpiredToken, reason) }
}
