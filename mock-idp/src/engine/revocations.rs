//! Revoking tokens, in batches: what is revoked together is revoked at once.

use mock_idp_core::ledger::{ExchangedTokens, LedgerError, RevokedAccessToken, TokenFamily};

use super::Context;
use crate::ledger::Batch;

/// Okta: no access token lives longer than a day, so that nothing about one has to be remembered longer.
pub(super) const MAX_ACCESS_TOKEN_LIFETIME: i64 = 24 * 3600;

/// Revokes an access token.
pub(super) fn revoke_access_token<'c>(context: &'c Context, batch: &mut Batch<'c>, jti: &str) {
    batch.put(
        context.ledger().revoked_access_tokens(),
        jti,
        RevokedAccessToken {},
        context.now + MAX_ACCESS_TOKEN_LIFETIME,
    );
}

/// Revokes a token family: its refresh tokens and its access tokens.
pub(super) fn revoke_family<'c>(context: &'c Context, batch: &mut Batch<'c>, id: &str) {
    batch.update(context.ledger().families(), id, TokenFamily::revoke);
}

/// Revokes a device secret and the tokens that were exchanged for it; whether there is such a secret.
pub(super) async fn revoke_device_secret<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    device_secret: &str,
) -> Result<bool, LedgerError> {
    let secrets = context.ledger().device_secrets();
    let Some(mut found) = secrets.get_versioned(device_secret).await? else { return Ok(false) };
    let exchanged = found.value.revoke();
    batch.replace(secrets, device_secret, found.version, found.value);
    for ExchangedTokens { access_token, family } in exchanged {
        revoke_access_token(context, batch, &access_token);
        if let Some(family) = family {
            revoke_family(context, batch, &family);
        }
    }
    Ok(true)
}
