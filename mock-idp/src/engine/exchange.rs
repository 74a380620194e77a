//! Device secrets: presented for an exchange, and revoked with everything that they were exchanged for.

use mock_idp_core::endpoint::token::{NewRefreshToken, PresentedDeviceSecret, Redeemed};
use mock_idp_core::ledger::{DeviceSecret, Minted};
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::tokens::{Audience, Verified, verify_id_token};

use super::Context;

/// What is known of a device secret and the ID token that it is presented with.
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

impl Context {
    pub(super) async fn device_secret(
        &self,
        id_token: &str,
        device_secret: &str,
    ) -> Result<LoadedDeviceSecret, OAuthError> {
        let held = self.instance.keys(&self.server).await?;
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let record = ledger.device_secrets.get(device_secret, now).await;
        let session_active = match &record {
            Some(record) => ledger.sessions.get(&record.authentication.session_id, now).await.is_some(),
            None => false,
        };
        let id_token = verify_id_token(id_token, &held.keys, Audience::Any);
        Ok(LoadedDeviceSecret { id_token, record, session_active })
    }

    /// Okta: tokens of Native SSO are revoked with the device secret, which may have been revoked in the meantime.
    pub(super) async fn remember_exchange(&self, device_secret: &str, redeemed: &Redeemed) -> Result<(), OAuthError> {
        let Redeemed::Tokens(redemption) = redeemed else { return Ok(()) };
        let now = self.instance.clock.now();
        let family = match &redemption.refresh_token {
            Some(NewRefreshToken::First { family_id, .. }) => Some(family_id.clone()),
            _ => None,
        };
        let minted = Minted { access_token: redemption.access_token_id.clone(), family };
        let remember = |record: &mut DeviceSecret| record.remember(minted.clone(), now);
        match self.instance.ledger.device_secrets.update(device_secret, now, remember).await {
            Some(true) => Ok(()),
            _ => Err(OAuthError::new(ErrorId::InvalidActorToken, "the device secret has been revoked meanwhile")),
        }
    }

    /// Makes a device secret worthless, and what was exchanged for it; whether there was one.
    pub(super) async fn revoke_device_secret(&self, device_secret: &str) -> bool {
        let now = self.instance.clock.now();
        let fallen = self.instance.ledger.device_secrets.update(device_secret, now, |record| record.revoke()).await;
        for Minted { access_token, family } in fallen.iter().flatten() {
            self.revoke(Some(access_token), family.as_deref()).await;
        }
        fallen.is_some()
    }
}
