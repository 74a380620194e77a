//! `urn:okta:params:oauth:grant-type:oob`: the answer to `/v1/primary-authenticate`, as the first proof. Okta: direct authentication.

use super::super::direct_records::DirectNames;
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use super::{direct, out_of_band};
use crate::moment::Moment;
use crate::protocol::{GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::Oob, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    Ok(Lookup::Direct(DirectNames { oob_code: Some(request.required("oob_code")?), ..DirectNames::default() }))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let records = direct::records(record)?;
    let scopes = direct::scopes(request)?;
    let ids = TokenIds::new(moment);
    let (user, method) = out_of_band::prove(request, records, None, moment)?;
    let sign_in = direct::begin(request, user, scopes, moment.now);
    direct::proved(request, records, (sign_in, method), &ids, moment)
}
