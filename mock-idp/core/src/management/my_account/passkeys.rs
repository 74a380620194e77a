//! The passkeys of a user. Okta: `/idp/myaccount/webauthn`.

use serde_json::{Map, Value, json};

use super::link;
use crate::management::users::{self, FactorEnrollment, find};
use crate::management::{ApiError, ApiErrorId, ManagementCall, ManagementChange};
use crate::model::unix_time::from_rfc3339;
use crate::model::{Factor, FactorType, SignInMethod, User};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::policy::assurance::can_enroll;

/// Seconds for which a registration can be completed. Okta: as in its example, a few minutes.
const LIFETIME: i64 = 300;

/// # Errors
/// The caller is not a user.
pub fn passkeys(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    Ok(of_user(find(org, call, "me")?).filter(|factor| factor.is_active()).map(|it| show(org, call, it)).collect())
}

/// # Errors
/// The user has no such passkey.
pub fn passkey(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    Ok(show(org, call, passkey_of(find(org, call, "me")?, id)?))
}

/// Begins a registration: what the browser needs.
///
/// # Errors
/// The org has no passkeys.
pub fn begin_passkey(change: &mut ManagementChange<'_, '_>) -> Result<Value, ApiError> {
    if !can_enroll(change.draft, SignInMethod::WebAuthn) {
        let error = ApiError::new(ApiErrorId::StatusNotAllowed, "webauthn is not active");
        return Err(ApiError { causes: vec!["WebAuthn is not enabled for the org.".to_owned()], ..error });
    }
    // One that was not completed is replaced.
    let mut user = find(change.draft, change.call, "me")?.clone();
    user.factors.retain(|factor| factor.factor_type != FactorType::WebAuthn || factor.is_active());
    change.draft.put_user(user);
    let body = [("factorType", "webauthn"), ("provider", "FIDO")];
    let body: Map<String, Value> = body.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let mut begun = users::enroll_factor(change, "me", &body, FactorEnrollment::default())?;
    Ok(json!({
        "options": begun["_embedded"]["activation"].take(),
        "expiresAt": timestamp(change.moment.now + LIFETIME),
        "_links": { "enroll": link(change.call, "webauthn", &["POST"]) },
    }))
}

/// The id of the registration that can be completed.
///
/// # Errors
/// None was begun, or the last one has expired.
pub fn pending_passkey(org: &Tables, call: ManagementCall<'_>) -> Result<String, ApiError> {
    let expires = |factor: &Factor| factor.created.as_deref().and_then(from_rfc3339).map(|begun| begun + LIFETIME);
    let in_time = |factor: &Factor| expires(factor).is_none_or(|expires| call.now < expires);
    let pending = of_user(find(org, call, "me")?).find(|factor| !factor.is_active() && in_time(factor));
    pending.map(|factor| factor.id.clone()).ok_or_else(|| ApiError::not_found("webauthn", "UserFactor"))
}

/// # Errors
/// The user has no such passkey.
pub fn remove_passkey(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    passkey_of(find(change.draft, change.call, "me")?, id)?;
    users::remove_factor(change, "me", id)
}

fn of_user(user: &User) -> impl Iterator<Item = &Factor> {
    user.factors.iter().filter(|factor| factor.factor_type == FactorType::WebAuthn)
}

fn passkey_of<'u>(user: &'u User, id: &str) -> Result<&'u Factor, ApiError> {
    let mut known = of_user(user).filter(|factor| factor.is_active());
    known.find(|factor| factor.id == id).ok_or_else(|| ApiError::not_found(id, "UserFactor"))
}

fn show(org: &Tables, call: ManagementCall<'_>, factor: &Factor) -> Value {
    let row = SignInMethod::WebAuthn.row();
    let name = factor.profile.authenticator_name.as_deref();
    let name = name.or_else(|| org.authenticator(row.authenticator).map(|known| known.name()));
    json!({
        "id": factor.id,
        "status": factor.status.name(),
        "type": row.authenticator_type,
        "key": row.authenticator,
        "name": name.unwrap_or(row.display_name),
        "credentialId": factor.profile.credential_id,
        "created": factor.created,
        "lastUpdated": factor.last_updated,
        "_links": { "self": link(call, &format!("webauthn/{}", factor.id), &["GET", "DELETE"]) },
    })
}
