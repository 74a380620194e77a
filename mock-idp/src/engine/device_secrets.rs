//! Device secrets: presented for an exchange, which is recorded with the secret. OpenID Connect Native SSO.

use mock_idp_core::endpoint::token::{NewRefreshToken, PresentedDeviceSecret, Redeemed};
use mock_idp_core::ledger::{DeviceSecret, ExchangedTokens};
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::tokens::Verified;

use super::{Context, token_lookup};

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

/// Okta: tokens of Native SSO are revoked with the device secret, which may have been revoked since it was read.
pub(super) async fn record_exchange(
    context: &Context,
    device_secret: &str,
    redeemed: &Redeemed,
) -> Result<(), OAuthError> {
    let Redeemed::Tokens(redemption) = redeemed else { return Ok(()) };
    let family = match &redemption.refresh_token {
        Some(NewRefreshToken::First { family_id, .. }) => Some(family_id.clone()),
        _ => None,
    };
    let exchanged = ExchangedTokens { access_token: redemption.access_token_id.clone(), family };
    let add = |record: &mut DeviceSecret| record.record(exchanged.clone(), context.now);
    match context.ledger().device_secrets().update(device_secret, add).await? {
        Some(true) => Ok(()),
        _ => Err(OAuthError::new(ErrorId::InvalidActorToken, "the device secret has been revoked in the meantime")),
    }
}
