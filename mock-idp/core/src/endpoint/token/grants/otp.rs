//! `urn:okta:params:oauth:grant-type:otp`: the code of an authenticator app, as the first proof. Okta: direct authentication.

use super::super::direct_records::DirectNames;
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use super::direct;
use crate::moment::Moment;
use crate::protocol::{ErrorId, GrantType, OAuthError};
use crate::sign_in::direct::hinted_user;

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::Otp, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    let user_id = match hinted_user(request.org, request.get("login_hint")) {
        Ok(user) => Some(user.id.as_str()),
        Err(error) if hides(request, &error) => None,
        Err(error) => return Err(error),
    };
    Ok(Lookup::Direct(DirectNames { user_id, ..DirectNames::default() }))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let records = direct::records(record)?;
    let user = hinted_user(request.org, request.get("login_hint"));
    if let Err(error) = &user
        && !hides(request, error)
    {
        return Err(error.clone().into());
    }
    let scopes = direct::scopes(request)?;
    request.required("otp")?;
    let user = user.map_err(|error| OAuthError::new(ErrorId::DirectAuthInvalidOtp, error.reason))?;
    if !user.status.may_hold_tokens() {
        // As for a wrong code.
        let reason = format!("{} is {}", user.profile.login, user.status.name());
        return Err(OAuthError::new(ErrorId::DirectAuthInvalidOtp, reason).into());
    }
    let ids = TokenIds::new(moment);
    let method =
        direct::prove_by_otp(request, user, records, moment).map_err(|error| match hides(request, &error) {
            true => OAuthError::new(ErrorId::DirectAuthInvalidOtp, error.reason),
            false => error,
        })?;
    let sign_in = direct::begin(request, user, scopes, moment.now);
    direct::proved(request, records, (sign_in, method), &ids, moment)
}

/// Whether the client is not to learn that a user is unknown, or has no such app.
fn hides(request: &GrantRequest<'_>, error: &OAuthError) -> bool {
    let is_about_user =
        matches!(error.id, ErrorId::DirectAuthInvalidLoginHint | ErrorId::DirectAuthFactorEnrollmentRequired);
    is_about_user && request.org.settings().prevents_user_enumeration
}
