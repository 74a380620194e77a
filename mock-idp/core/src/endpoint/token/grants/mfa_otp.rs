//! `http://auth0.com/oauth/grant-type/mfa-otp`: the code of an authenticator app, as a further proof. Okta: direct authentication.

use super::super::direct_records::DirectNames;
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use super::direct;
use crate::moment::Moment;
use crate::protocol::{GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::MfaOtp, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    Ok(Lookup::Direct(DirectNames { mfa_token: Some(request.required("mfa_token")?), ..DirectNames::default() }))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let records = direct::records(record)?;
    let sign_in = direct::continued(request, records, moment.now)?;
    let user = direct::active_user(request, &sign_in.user_id)?;
    let ids = TokenIds::new(moment);
    let method = direct::prove_by_otp(request, user, records, moment)?;
    direct::proved(request, records, (sign_in, method), &ids, moment)
}
