//! What users hold, and its end all at once. Okta: global token revocation.

use mock_idp_core::endpoint::token::{Extra, NewRefreshToken, Redemption};
use mock_idp_core::ledger::{Holding, Holdings, Polled};
use mock_idp_core::management::{ApiError, global_revocation};
use mock_idp_core::tokens::family_of;
use serde_json::Value;

use super::{Context, OrgInstance};

impl Context {
    /// Ends the sessions of the user that a body names, and makes their tokens worthless.
    ///
    /// # Errors
    /// It names nobody.
    pub async fn revoke_globally(&self, body: &Value) -> Result<(), ApiError> {
        let user = global_revocation::user(&self.org, &self.urls, body)?;
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        for holding in ledger.holdings.take(&user.id, now).await.unwrap_or_default() {
            match holding {
                // No browser is here that could load the frames.
                Holding::Session(id) => drop(self.close_session(&id).await),
                Holding::Code(code) => drop(ledger.codes.take(&code, now).await),
                Holding::AccessToken(jti) => self.revoke(Some(&jti), None).await,
                Holding::Family(id) => self.revoke(None, Some(&id)).await,
                Holding::DeviceSecret(secret) => _ = self.revoke_device_secret(&secret).await,
                Holding::Device(code) => _ = ledger.devices.update(&code, now, Polled::recall).await,
                Holding::Backchannel(id) => _ = ledger.backchannel.update(&id, now, Polled::recall).await,
            }
        }
        Ok(())
    }

    /// Keeps in mind what a grant gives to a user.
    pub(super) async fn hold_tokens(&self, redemption: &Redemption) {
        let Some(authentication) = &redemption.authorization.authentication else { return };
        let mut held = Vec::new();
        if family_of(&redemption.access_token_id).is_none() {
            held.push(Holding::AccessToken(redemption.access_token_id.clone()));
        }
        if let Some(NewRefreshToken::First { family_id, .. }) = &redemption.refresh_token {
            held.push(Holding::Family(family_id.clone()));
        }
        if let Extra::DeviceSecret(secret, _) = &redemption.extra {
            held.push(Holding::DeviceSecret(secret.clone()));
        }
        self.instance.hold(&authentication.user_id, held).await;
    }
}

impl OrgInstance {
    /// Keeps in mind what a user has been given.
    pub(super) async fn hold(&self, user_id: &str, held: Vec<Holding>) {
        let now = self.clock.now();
        // For as long as the user may hold anything: families can live without end.
        self.ledger.holdings.put_if_absent(user_id, Holdings::default(), i64::MAX, now).await;
        let add = |holdings: &mut Holdings| held.iter().cloned().for_each(|holding| holdings.add(holding));
        self.ledger.holdings.update(user_id, now, add).await;
    }
}
