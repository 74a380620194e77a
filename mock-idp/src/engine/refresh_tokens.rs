//! How refresh tokens and their families are stored.

use mock_idp_core::endpoint::token::{NewRefreshToken, Redeemed};
use mock_idp_core::ledger::{FamilyState, RefreshTokenOwner, TokenFamily};

use super::Context;
use super::revocations::MAX_ACCESS_TOKEN_LIFETIME;
use crate::ledger::{Batch, Versioned};

/// Stores that a refresh token has been used.
pub(super) fn add_use<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    (family_id, token): (&str, &str),
    used: Versioned<TokenFamily>,
    redeemed: &Redeemed,
) {
    let ledger = context.ledger();
    let Versioned { value: family, version } = used;
    let FamilyState::Active(tokens) = &family.state else { return };
    let (idle_until, expires) = (tokens.idle_until, record_expires(family.ends(tokens)));
    if matches!(redeemed, Redeemed::Tokens(redemption) if redemption.refresh_token.is_some()) {
        batch.replace_until(ledger.families(), family_id, version, family, expires);
    } else {
        // Many requests can use a token that is not rotated at the same time.
        batch.require(ledger.families(), family_id, |family| !family.is_revoked());
        batch.update_until(ledger.families(), family_id, expires, move |family| {
            if let FamilyState::Active(tokens) = &mut family.state {
                tokens.idle_until = tokens.idle_until.max(idle_until);
            }
        });
    }
    batch.update_until(ledger.refresh_tokens(), token, expires, |_| ());
}

/// Stores a new refresh token, and its family if that is new too.
pub(super) fn add_new<'c>(context: &'c Context, batch: &mut Batch<'c>, new: NewRefreshToken) {
    let ledger = context.ledger();
    let expires = record_expires(new.ends());
    match new {
        NewRefreshToken::First { family_id, token, family } => {
            batch.put(ledger.families(), &family_id, *family, expires);
            batch.put(ledger.refresh_tokens(), &token, RefreshTokenOwner { family: family_id }, expires);
        }
        NewRefreshToken::Further { family_id, token, .. } => {
            batch.put(ledger.refresh_tokens(), &token, RefreshTokenOwner { family: family_id }, expires);
        }
    }
}

/// The records are kept until the last access token of the family has expired too.
fn record_expires(ends: i64) -> i64 {
    ends.saturating_add(MAX_ACCESS_TOKEN_LIFETIME)
}
