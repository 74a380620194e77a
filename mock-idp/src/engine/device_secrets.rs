//! Device secrets: presented for an exchange, which is recorded with the secret. OpenID Connect Native SSO.

use mock_idp_core::endpoint::token::{NewRefreshToken, PresentedDeviceSecret, Redeemed};
use mock_idp_core::ledger::{DeviceSecret, ExchangedTokens};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::Verified;

use super::{Context, token_lookup};
use crate::ledger::Batch;

/// What is known of a device secret and the ID token that it is presented with.
#[derive(Debug)]
pub(super) struct LoadedDeviceSecret {
    id_token: Option<Verified>,
    record: Option<DeviceSecret>,
    session_active: bool,
}

impl LoadedDeviceSecret {
    pub(super) fn borrowed<'a>(&'a self, secret: &'a str) -> PresentedDeviceSecret<'a> {
        let Self { id_token, record, session_active } = self;
        PresentedDeviceSecret {
            id_token: id_token.as_ref(),
            secret,
            record: record.as_ref(),
            session_active: *session_active,
        }
    }
}

/// Loads a device secret and its session, and verifies the ID token.
pub(super) async fn load(
    context: &Context,
    id_token: &str,
    device_secret: &str,
) -> Result<LoadedDeviceSecret, OAuthError> {
    let ledger = context.ledger();
    let record = ledger.device_secrets().get(device_secret).await?;
    let session_active = match &record {
        Some(record) => ledger.sessions().read(&record.authentication.session_id, |_| ()).await?.is_some(),
        None => false,
    };
    let id_token = token_lookup::own_id_token(context, Some(id_token)).await?;
    Ok(LoadedDeviceSecret { id_token, record, session_active })
}

/// Stores the exchange with the device secret, with which its tokens are revoked. Nothing is stored if the secret has been revoked
/// since it was read.
pub(super) fn add_exchange<'c>(context: &'c Context, batch: &mut Batch<'c>, device_secret: &str, redeemed: &Redeemed) {
    let Redeemed::Tokens(redemption) = redeemed else { return };
    let family = match &redemption.refresh_token {
        Some(NewRefreshToken::First { family_id, .. }) => Some(family_id.clone()),
        _ => None,
    };
    let exchanged = ExchangedTokens { access_token: redemption.access_token_id.clone(), family };
    let (secrets, now) = (context.ledger().device_secrets(), context.now);
    batch.require(secrets, device_secret, move |record| record.is_active(now));
    batch.update(secrets, device_secret, move |record| record.record(exchanged.clone()));
}
