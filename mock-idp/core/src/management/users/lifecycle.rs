//! The lifecycle of users.

use serde_json::{Value, json};

use super::find;
use crate::ledger::RecoveryKind;
use crate::management::{ApiError, ApiErrorId, ManagementChange, SentLink};
use crate::model::{Password, User, UserStatus};
use crate::policy::recovery::RecoveryRights;
use crate::sign_in::new_token;

/// # Errors
/// There is no such user, or it is not STAGED or DEPROVISIONED.
pub fn activate(change: &mut ManagementChange<'_, '_>, name: &str, link: SentLink) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    allow_status(user, &[UserStatus::Staged, UserStatus::Deprovisioned], ApiErrorId::AlreadyActive)?;
    let has_password = user.credentials.password.is_some() && user.status == UserStatus::Staged;
    let status = if has_password { UserStatus::Active } else { UserStatus::Provisioned };
    let now = change.now();
    change_status(change, name, status, |user| user.activated = Some(now))?;
    let user = find(change.draft, change.call, name)?.clone();
    Ok(activation_link(change, &user, link))
}

/// # Errors
/// There is no such user, or it has been activated.
pub fn reactivate(change: &mut ManagementChange<'_, '_>, name: &str, link: SentLink) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    allow_status(user, &[UserStatus::Provisioned, UserStatus::Recovery], ApiErrorId::StatusNotAllowed)?;
    let user = user.clone();
    Ok(activation_link(change, &user, link))
}

/// Okta: deactivating a user that is deactivated changes nothing.
///
/// # Errors
/// There is no such user.
pub fn deactivate(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<Value, ApiError> {
    if find(change.draft, change.call, name)?.status != UserStatus::Deprovisioned {
        change_status(change, name, UserStatus::Deprovisioned, |_| {})?;
        end_sessions(change, name)?;
    }
    Ok(json!({}))
}

/// # Errors
/// There is no such user, or it is not ACTIVE.
pub fn suspend(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    if user.status != UserStatus::Active {
        return Err(ApiError::validation("suspend", vec!["Cannot suspend a user that is not active".to_owned()]));
    }
    change_status(change, name, UserStatus::Suspended, |_| {})?;
    end_sessions(change, name)?;
    Ok(json!({}))
}

/// # Errors
/// There is no such user, or it is not SUSPENDED.
pub fn unsuspend(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    if user.status != UserStatus::Suspended {
        return Err(ApiError::validation(
            "unsuspend",
            vec!["Cannot unsuspend a user that is not suspended".to_owned()],
        ));
    }
    change_status(change, name, UserStatus::Active, |_| {})?;
    Ok(json!({}))
}

/// The error of a request to unlock a user whose account is not locked.
#[must_use]
pub fn not_locked(user: &User) -> ApiError {
    let error =
        ApiError::new(ApiErrorId::UnlockNotAllowed, format!("{} is {}", user.profile.login, user.status.name()));
    ApiError { causes: vec!["The user is not locked out.".to_owned()], ..error }
}

/// # Errors
/// There is no such user, or it is not ACTIVE.
pub fn expire_password(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    let allowed = [UserStatus::Active, UserStatus::PasswordExpired, UserStatus::Recovery];
    allow_status(user, &allowed, ApiErrorId::StatusNotAllowed)?;
    change_status(change, name, UserStatus::PasswordExpired, |_| {})?;
    super::get(change.draft, change.call, name)
}

/// The same, with a temporary password, which the answer has. `ends_sessions`: Okta: `revokeSessions`.
///
/// # Errors
/// There is no such user, or it is not ACTIVE.
pub fn expire_password_with_temporary_one(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    ends_sessions: bool,
) -> Result<Value, ApiError> {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    expire_password(change, name)?;
    // A letter of each kind that the policy demands.
    let password = format!("{}aA1", change.moment.letters(LETTERS, 9));
    let now = change.now();
    let chosen = password.clone();
    change_status(change, name, UserStatus::PasswordExpired, |user| {
        user.credentials.password = Some(Password::plain(&chosen));
        user.password_changed = Some(now);
    })?;
    if ends_sessions {
        sign_out(change, name)?;
    }
    Ok(json!({ "tempPassword": password }))
}

/// `ends_sessions`: Okta: `revokeSessions`.
///
/// # Errors
/// There is no such user, or its status does not allow it.
pub fn reset_password(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    link: SentLink,
    ends_sessions: bool,
) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    let allowed = [
        UserStatus::Active,
        UserStatus::PasswordExpired,
        UserStatus::Recovery,
        UserStatus::Provisioned,
        UserStatus::LockedOut,
    ];
    allow_status(user, &allowed, ApiErrorId::PasswordResetFailed)?;
    change_status(change, name, UserStatus::Recovery, |_| {})?;
    if ends_sessions {
        sign_out(change, name)?;
    }
    let user = find(change.draft, change.call, name)?.clone();
    Ok(reset_link(change, &user, true, link))
}

/// # Errors
/// There is no such user.
pub fn reset_factors(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?;
    allow_status(
        user,
        &[
            UserStatus::Active,
            UserStatus::PasswordExpired,
            UserStatus::Recovery,
            UserStatus::Staged,
            UserStatus::Provisioned,
            UserStatus::Suspended,
            UserStatus::LockedOut,
        ],
        ApiErrorId::StatusNotAllowed,
    )?;
    let mut user = user.clone();
    user.factors.clear();
    change.draft.put_user(user);
    Ok(json!({}))
}

/// Okta: the first request deactivates the user, the second one removes it.
///
/// # Errors
/// There is no such user.
pub fn remove(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<(), ApiError> {
    let user = find(change.draft, change.call, name)?;
    if user.status != UserStatus::Deprovisioned {
        return deactivate(change, name).map(|_| ());
    }
    let id = user.id.clone();
    change.draft.forget_user(&id);
    Ok(())
}

/// Okta's error, unless the user has one of these statuses.
pub(super) fn allow_status(user: &User, allowed: &[UserStatus], error: ApiErrorId) -> Result<(), ApiError> {
    if allowed.contains(&user.status) {
        return Ok(());
    }
    Err(ApiError::new(error, format!("{} is {}", user.profile.login, user.status.name())))
}

fn change_status(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    status: UserStatus,
    more: impl FnOnce(&mut User),
) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    if user.status != status {
        user.status = status;
        user.status_changed = Some(change.now());
        user.last_updated = Some(change.now());
    }
    more(&mut user);
    change.draft.put_user(user);
    Ok(())
}

fn end_sessions(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<(), ApiError> {
    let id = find(change.draft, change.call, name)?.id.clone();
    change.ended_users.push(id);
    Ok(())
}

/// Ends the sessions of a user, whose tokens stay valid.
pub(super) fn sign_out(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<(), ApiError> {
    let id = find(change.draft, change.call, name)?.id.clone();
    change.signed_out_users.push(id);
    Ok(())
}

/// Okta: the activation link can be used for seven days.
const ACTIVATION_LIFETIME: i64 = 7 * 24 * 3600;

/// The page behind the link asks for a password.
pub(super) fn activation_link(change: &mut ManagementChange<'_, '_>, user: &User, link: SentLink) -> Value {
    let sent = new_token(user, RecoveryKind::Activation, ACTIVATION_LIFETIME, None, change.moment);
    let (url, token) = (sent.link(change.call.browser_base()), sent.secret.clone());
    change.links.push((sent, link));
    match link {
        SentLink::ByMail => json!({}),
        SentLink::InAnswer => json!({ "activationUrl": url, "activationToken": token }),
    }
}

/// A link for a new password. One that the user has asked for asks the recovery question first.
pub(super) fn reset_link(
    change: &mut ManagementChange<'_, '_>,
    user: &User,
    by_administrator: bool,
    link: SentLink,
) -> Value {
    let rights = RecoveryRights::of(change.draft, user);
    let mut sent = new_token(user, RecoveryKind::Password, rights.lifetime.max(1), None, change.moment);
    sent.by_administrator = by_administrator;
    sent.token.asks_question = !by_administrator && rights.asks_question;
    let url = sent.link(change.call.browser_base());
    change.links.push((sent, link));
    match link {
        SentLink::ByMail => json!({}),
        SentLink::InAnswer => json!({ "resetPasswordUrl": url }),
    }
}
