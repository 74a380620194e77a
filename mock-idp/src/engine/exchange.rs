//! Token exchange: what is presented is read back, judged, and remembered where it can fall.

use mock_idp_core::endpoint::token::{Admitted, DeviceBound, Exchange, PassedOn, Plan, Redemption, RedemptionError};
use mock_idp_core::ledger::Minted;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::tokens::{Audience, verify_id_token};
use mock_idp_core::trace::Trace;

use super::Context;

impl Context {
    pub(super) async fn exchange(
        &self,
        admitted: &Admitted<'_>,
        exchange: &Exchange,
        plan: &Plan,
        trace: &mut Trace,
    ) -> Result<Redemption, RedemptionError> {
        let Self { instance, org, server, urls } = self;
        let held = instance.keys(server).await?;
        match exchange {
            Exchange::OnBehalf { access_token } => {
                let claims = self.access_token(&held, access_token);
                let revoked = match &claims {
                    Some(claims) => self.is_revoked(claims).await,
                    None => false,
                };
                let passed_on = PassedOn { claims: claims.as_deref(), revoked };
                instance.ask(trace, |moment| admitted.exchange_passed_on(org, server, urls, passed_on, plan, moment))
            }
            Exchange::NativeSso { id_token, device_secret } => {
                let now = instance.clock.now();
                let claims = verify_id_token(id_token, &held.keys, Audience::Any);
                let record = instance.ledger.device_secrets.get(device_secret, now).await;
                let session_lives = match &record {
                    Some(record) => {
                        instance.ledger.sessions.get(&record.authentication.session_id, now).await.is_some()
                    }
                    None => false,
                };
                let (claims, record) = (claims.as_ref(), record.as_ref());
                let bound = DeviceBound { claims, secret: device_secret, record, session_lives };
                let redemption = instance
                    .ask(trace, |moment| admitted.exchange_device_bound(org, server, urls, bound, plan, moment))?;
                self.tie(device_secret, &redemption).await?;
                Ok(redemption)
            }
        }
    }

    /// Okta: tokens of Native SSO fall with the device secret. It may have fallen while they were decided on.
    async fn tie(&self, device_secret: &str, redemption: &Redemption) -> Result<(), OAuthError> {
        let now = self.instance.clock.now();
        let minted = Minted {
            access_token: redemption.access_token_id.clone(),
            family: redemption.founds.as_ref().map(|(id, _)| id.clone()),
        };
        let tie = |record: &mut mock_idp_core::ledger::DeviceSecret| record.remember(minted.clone(), now);
        match self.instance.ledger.device_secrets.update(device_secret, now, tie).await {
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
