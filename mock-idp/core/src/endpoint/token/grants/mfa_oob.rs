//! `http://auth0.com/oauth/grant-type/mfa-oob`: the answer to `/v1/challenge`, as a further proof. Okta: direct authentication.

use super::super::direct_records::DirectNames;
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use super::{direct, out_of_band};
use crate::moment::Moment;
use crate::protocol::{GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::MfaOob, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    let (mfa_token, oob_code) = (Some(request.required("mfa_token")?), Some(request.required("oob_code")?));
    Ok(Lookup::Direct(DirectNames { mfa_token, oob_code, user_id: None }))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let records = direct::records(record)?;
    let sign_in = direct::continued(request, records, moment.now)?;
    let ids = TokenIds::new(moment);
    let (_, method) = out_of_band::prove(request, records, request.get("mfa_token"), moment)?;
    direct::proved(request, records, (sign_in, method), &ids, moment)
}
