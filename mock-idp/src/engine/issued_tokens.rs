//! What has been issued to each user, so that all of it can be revoked at once.

use mock_idp_core::endpoint::token::{Extra, NewRefreshToken, Redemption};
use mock_idp_core::ledger::{IssuedCredential, IssuedTokens};
use mock_idp_core::tokens::family_of;

use super::Context;
use crate::ledger::{Batch, NEVER};

/// Records what was issued to a user. Families can live without end, and so does this record.
pub(super) fn record<'c>(context: &'c Context, batch: &mut Batch<'c>, user_id: &str, issued: Vec<IssuedCredential>) {
    if issued.is_empty() {
        return;
    }
    batch.update_or_default(context.ledger().issued_tokens(), user_id, NEVER, move |known: &mut IssuedTokens| {
        issued.iter().cloned().for_each(|issued| known.add(issued));
    });
}

/// What a redeemed grant issues to its user.
pub(super) fn of_redemption(redemption: &Redemption) -> Vec<IssuedCredential> {
    let mut issued = Vec::new();
    if family_of(&redemption.access_token_id).is_none() {
        issued.push(IssuedCredential::AccessToken(redemption.access_token_id.clone()));
    }
    if let Some(NewRefreshToken::First { family_id, .. }) = &redemption.refresh_token {
        issued.push(IssuedCredential::Family(family_id.clone()));
    }
    if let Extra::DeviceSecret(secret, _) = &redemption.extra {
        issued.push(IssuedCredential::DeviceSecret(secret.clone()));
    }
    issued
}
