//! Global token revocation: the end of all sessions and tokens of a user. Okta: `/oauth2/v1/global-token-revocation`.

use mock_idp_core::ledger::{Holding, Polled};
use mock_idp_core::management::{ApiError, global_revocation};
use mock_idp_core::protocol::OAuthError;
use serde_json::Value;

use super::{Context, revocations, session_end};

/// Global token revocation in an org.
#[derive(Clone, Copy, Debug)]
pub struct GlobalRevocation<'c>(&'c Context);

impl<'c> GlobalRevocation<'c> {
    #[must_use]
    pub fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Ends the sessions of the user that a body names, and revokes the user's tokens.
    ///
    /// # Errors
    /// It names no user, or the ledger's store is unavailable.
    pub async fn respond(self, body: &Value) -> Result<(), ApiError> {
        let user = global_revocation::user(&self.0.org, &self.0.urls, body)?;
        self.revoke(&user.id).await.map_err(ApiError::from)
    }

    async fn revoke(self, user_id: &str) -> Result<(), OAuthError> {
        let ledger = self.0.ledger();
        let mut batch = ledger.batch();
        let mut sessions = Vec::new();
        for issued in ledger.holdings().get(user_id).await?.unwrap_or_default() {
            match issued {
                Holding::Session(id) => sessions.push(id),
                Holding::Code(code) => batch.delete(ledger.codes(), &code),
                Holding::AccessToken(jti) => revocations::revoke_access_token(self.0, &mut batch, &jti),
                Holding::Family(id) => revocations::revoke_family(self.0, &mut batch, &id),
                Holding::DeviceSecret(secret) => _ = revocations::revoke_device_secret(self.0, &secret).await?,
                Holding::Device(code) => batch.update(ledger.devices(), &code, Polled::recall),
                Holding::Backchannel(id) => batch.update(ledger.backchannel(), &id, Polled::recall),
            }
        }
        batch.delete(ledger.holdings(), user_id);
        batch.commit().await?;
        for id in sessions {
            // There is no browser that could load the front-channel notices.
            session_end::end(self.0, &id).await?;
        }
        Ok(())
    }
}
