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
    let user = hinted_user(request.org, request.get("login_hint"))?;
    Ok(Lookup::Direct(DirectNames { user_id: Some(&user.id), ..DirectNames::default() }))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let records = direct::records(record)?;
    let user = hinted_user(request.org, request.get("login_hint"))?;
    let scopes = direct::scopes(request)?;
    if !user.status.may_hold_tokens() {
        // As for a wrong code.
        let reason = format!("{} is {}", user.profile.login, user.status.name());
        return Err(OAuthError::new(ErrorId::DirectAuthInvalidOtp, reason).into());
    }
    let ids = TokenIds::new(moment);
    let method = direct::prove_by_otp(request, user, records, moment)?;
    let sign_in = direct::begin(request, user, scopes, moment.now);
    direct::proved(request, records, (sign_in, method), &ids, moment)
}
