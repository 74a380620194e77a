//! Passkeys and security keys as factors. Okta: `webauthn` of the provider `FIDO`.

use serde_json::{Value, json};

use super::factors::{factor_challenge, factor_of, refused_factor, show};
use super::find;
use crate::management::{ApiError, ManagementCall, ManagementChange};
use crate::model::{Factor, User};
use crate::org::Tables;
use crate::sign_in::{self, PasskeyAssertion, PasskeyChallenge, PasskeyRegistration, challenge_data};

/// Completes the registration of a passkey.
///
/// # Errors
/// There is no such factor, or the answer is not valid.
pub fn register_passkey(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    id: &str,
    registration: PasskeyRegistration<'_>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let registered =
        sign_in::register(change.draft, change.call.urls, factor_of(&user, id)?, registration, change.moment);
    let (_, factor) = registered.map_err(|problem| refused_factor(&problem))?;
    let shown = show(change.draft, change.call, &user, &factor);
    user.enroll(factor);
    change.draft.put_user(user);
    Ok(shown)
}

/// Checks what a passkey answers to a challenge.
///
/// # Errors
/// There is no such factor, or the answer is not valid.
pub fn use_passkey(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    id: &str,
    challenge: &str,
    assertion: PasskeyAssertion<'_>,
) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let challenge = PasskeyChallenge { challenge, factor_id: Some(id), verifies_user: false };
    let checked = sign_in::assert_passkey(change.draft, change.call.urls, &user, challenge, assertion, change.moment);
    let (_, factor) = checked.map_err(|problem| refused_factor(&problem))?;
    user.enroll(factor);
    change.draft.put_user(user);
    Ok(())
}

/// The answer to a call that asks for a signature of a passkey. Okta: `CHALLENGE`.
#[must_use]
pub fn passkey_challenge(
    org: &Tables,
    call: ManagementCall<'_>,
    user: &User,
    factor: &Factor,
    challenge: &str,
) -> Value {
    let mut shown = factor_challenge(call, user, factor);
    shown["_embedded"] = json!({ "challenge": challenge_data(org, call.urls, challenge, false) });
    shown
}
