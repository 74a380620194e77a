//! `interaction_code`. Okta: the last step of a sign-in that the client has performed itself.

use super::super::browser;
use super::super::entitlement::{check_still_entitled, with_refresh_token};
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, Redemption, RedemptionError, TokenIds};
use super::authorization_code::{check_issued_to, check_key, check_verifier, device_secret};
use crate::ledger::CodeState;
use crate::moment::Moment;
use crate::policy::{self, PolicyRequest};
use crate::protocol::{ErrorId, GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::InteractionCode,
    // Okta: neither discovery nor an error lists it.
    supported: false,
    lookup: |request| Ok(Lookup::InteractionCode(request.required("interaction_code")?)),
    redeem,
};

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidInteractionCode, reason);
    let LoadedRecord::Code(code) = record else {
        return Err(invalid("no such interaction code, or it has expired").into());
    };
    check_issued_to(request, code)?;
    browser::check_scopes(request, Some(&code.authorization.scopes))?;
    if code.state != CodeState::Issued {
        return Err(invalid("the interaction code has been used before").into());
    }
    // As an authorization code: it is used up even if the request fails below.
    code.state = CodeState::Consumed;
    check_verifier(request, code)?;
    check_key(request, code)?;
    check_still_entitled(request, &code.authorization).map_err(|reason| invalid(&reason))?;

    let GrantRequest { org, server, client, .. } = *request;
    let mut authorization = code.authorization.clone();
    let user = authorization.authentication.as_ref().and_then(|known| org.user(&known.user_id));
    let policy_request =
        PolicyRequest { client, user, grant_type: GrantType::InteractionCode, scopes: &authorization.scopes };
    let decision = policy::evaluate(org, server, policy_request, moment)?;
    authorization.lifetimes = decision.lifetimes;
    authorization.rule_id = decision.rule_id().map(str::to_owned);
    authorization.request = authorization.request.filter(|_| decision.has_hook());
    let ids = TokenIds::new(moment);
    let extra = device_secret(&mut authorization, &ids, moment.now);
    let redemption = with_refresh_token(request, authorization, &ids, moment.now);
    Ok(Redeemed::Tokens(Box::new(Redemption { nonce: code.nonce.clone(), extra, ..redemption })))
}
