//! What the grants share whose client polls while a user decides on another device. RFC 8628 3.5; CIBA Core 11.

use super::super::entitlement::{UserGrant, entitle};
use super::super::grant::GrantRequest;
use super::super::lookup::LoadedRecord;
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use crate::ledger::{Authentication, PolledRequest, UserDecision};
use crate::moment::Moment;
use crate::protocol::{ErrorId, OAuthError};

/// The errors of one of these grants.
#[derive(Clone, Copy, Debug)]
pub(super) struct PollingErrors {
    pub(super) pending: ErrorId,
    pub(super) slow_down: ErrorId,
    pub(super) expired: ErrorId,
    pub(super) invalid: ErrorId,
}

pub(super) fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    errors: &PollingErrors,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let LoadedRecord::Polled(record) = record else {
        return Err(OAuthError::new(errors.invalid, "no request has this code").into());
    };
    let authentication = allowed_by(request, record, errors, moment.now)?;
    let user_grant = UserGrant { authentication, scopes: record.scopes.clone(), device_secret_hash: None };
    let ids = TokenIds::new(moment);
    let redemption = entitle(request, user_grant, &ids, moment)?;
    Ok(Redeemed::Tokens(Box::new(redemption)))
}

/// The user who has allowed the request, which is redeemed by this.
fn allowed_by(
    request: &GrantRequest<'_>,
    record: &mut PolledRequest,
    errors: &PollingErrors,
    now: i64,
) -> Result<Authentication, OAuthError> {
    let client_id = request.client.client_id();
    if record.client_id != client_id {
        let reason = format!("the request was made by {}, not by {client_id}", record.client_id);
        return Err(OAuthError::new(errors.invalid, reason));
    }
    if record.server != request.server.id {
        let reason = format!("the request was made at server {}", record.server);
        return Err(OAuthError::new(ErrorId::MismatchedAuthorizationServer, reason));
    }
    if now >= record.expires {
        return Err(OAuthError::new(errors.expired, "the request has expired"));
    }
    let earlier = record.polled.replace(now);
    match &record.decision {
        // RFC 8628 3.5: slow_down is a variant of authorization_pending. A decision is returned however often the client polls.
        UserDecision::Pending if earlier.is_some_and(|earlier| now - earlier < PolledRequest::INTERVAL) => {
            let reason = format!("polled again after less than {} s", PolledRequest::INTERVAL);
            Err(OAuthError::new(errors.slow_down, reason))
        }
        UserDecision::Pending => Err(OAuthError::new(errors.pending, "the user has not decided yet")),
        UserDecision::Denied => Err(OAuthError::new(ErrorId::AccessDenied, "the user has denied the request")),
        UserDecision::Redeemed => Err(OAuthError::new(errors.invalid, "the request has been redeemed before")),
        UserDecision::Allowed(authentication) => {
            let authentication = authentication.clone();
            record.decision = UserDecision::Redeemed;
            Ok(authentication)
        }
    }
}
