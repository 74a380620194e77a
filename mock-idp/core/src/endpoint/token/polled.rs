//! What the grants have in common whose client polls while a user decides elsewhere. RFC 8628 3.5; CIBA Core 11.

use super::Admitted;
use crate::ledger::{Authentication, Decision, Polled};
use crate::org::CompiledServer;
use crate::protocol::{ErrorId, OAuthError, Scopes};

/// How a grant tells its client of each state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) pending: ErrorId,
    pub(super) slow_down: ErrorId,
    pub(super) expired: ErrorId,
    pub(super) invalid: ErrorId,
}

/// What a user has allowed, before the policy has had its say.
#[derive(Clone, Debug)]
pub struct Allowed {
    pub(super) authentication: Authentication,
    pub(super) scopes: Scopes,
    /// For ID tokens that are to be tied to a device secret.
    pub(super) device_secret_hash: Option<String>,
}

pub(super) fn redeem(
    admitted: &Admitted<'_>,
    server: &CompiledServer,
    record: &mut Polled,
    words: &Words,
    now: i64,
) -> Result<Allowed, OAuthError> {
    let client_id = admitted.client.client_id();
    if record.client_id != client_id {
        return Err(OAuthError::new(
            words.invalid,
            format!("the request is {}'s, not {client_id}'s", record.client_id),
        ));
    }
    if record.server != server.id {
        let reason = format!("the request was made at server {}", record.server);
        return Err(OAuthError::new(ErrorId::MismatchedAuthorizationServer, reason));
    }
    if now >= record.expires {
        return Err(OAuthError::new(words.expired, "its time is over"));
    }
    let earlier = record.polled.replace(now);
    match &record.decision {
        // RFC 8628 3.5: slow_down is a variant of authorization_pending, so a decision is told however often one asks.
        Decision::Pending if earlier.is_some_and(|earlier| now - earlier < Polled::INTERVAL) => {
            let reason = format!("polled again after less than {} s", Polled::INTERVAL);
            Err(OAuthError::new(words.slow_down, reason))
        }
        Decision::Pending => Err(OAuthError::new(words.pending, "the user has not decided yet")),
        Decision::Denied => Err(OAuthError::new(ErrorId::AccessDenied, "the user did not allow it")),
        Decision::Redeemed => Err(OAuthError::new(words.invalid, "it has been redeemed before")),
        Decision::Allowed(authentication) => {
            let (authentication, scopes) = (authentication.clone(), record.scopes.clone());
            let allowed = Allowed { authentication, scopes, device_secret_hash: None };
            record.decision = Decision::Redeemed;
            Ok(allowed)
        }
    }
}
