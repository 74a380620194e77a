//! Global token revocation: the end of all sessions and tokens of a user. Okta: `/oauth2/v1/global-token-revocation`.

use mock_idp_core::ledger::{IssuedCredential, PolledRequest};
use mock_idp_core::management::{ApiError, global_revocation};
use mock_idp_core::protocol::OAuthError;
use serde_json::Value;

use super::{Context, issued_tokens, revocations, session_end};

/// Global token revocation in an org.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GlobalRevocation<'c>(&'c Context);

impl<'c> GlobalRevocation<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Ends the sessions of the user that a body names, and revokes the user's tokens.
    ///
    /// # Errors
    /// It names no user, or the ledger's store is unavailable.
    pub(crate) async fn respond(self, body: &Value) -> Result<(), ApiError> {
        let user = global_revocation::user(&self.0.org, &self.0.urls, body)?;
        self.revoke(&user.id).await.map_err(ApiError::from)
    }

    /// Ends the sessions of a user; tokens stay valid. Okta: `DELETE /api/v1/users/{id}/sessions`.
    pub(super) async fn end_sessions(self, user_id: &str) -> Result<(), OAuthError> {
        let issued = issued_tokens::of_user(self.0.ledger(), user_id).await?;
        for credential in issued {
            if let IssuedCredential::Session(id) = credential {
                session_end::end(self.0, &id).await?;
            }
        }
        Ok(())
    }

    /// Ends the sessions of a user and revokes the user's tokens.
    pub(super) async fn revoke(self, user_id: &str) -> Result<(), OAuthError> {
        let ledger = self.0.ledger();
        let (mut batch, mut sessions) = (ledger.batch(), Vec::new());
        for issued in issued_tokens::of_user(ledger, user_id).await? {
            match issued {
                IssuedCredential::Session(id) => sessions.push(id),
                IssuedCredential::Code(code) => batch.delete(ledger.codes(), &code),
                IssuedCredential::InteractionCode(code) => batch.delete(ledger.interaction_codes(), &code),
                IssuedCredential::AccessToken(jti) => revocations::revoke_access_token(self.0, &mut batch, &jti),
                IssuedCredential::Family(id) => revocations::revoke_family(self.0, &mut batch, &id),
                IssuedCredential::DeviceSecret(secret) => {
                    _ = revocations::revoke_device_secret(self.0, &secret).await?
                }
                IssuedCredential::Device(code) => batch.update(ledger.devices(), &code, PolledRequest::withdraw),
                // Devices are in a record of their own.
                IssuedCredential::RememberedDevice(_) => {}
                IssuedCredential::Backchannel(id) => batch.update(ledger.backchannel(), &id, PolledRequest::withdraw),
            }
        }
        batch.commit().await?;
        for id in sessions {
            // There is no browser that could load the front-channel notices.
            session_end::end(self.0, &id).await?;
        }
        // Last, so that a revocation that has failed finds the rest when it is repeated.
        let mut batch = ledger.batch();
        issued_tokens::forget(self.0, &mut batch, user_id);
        Ok(batch.commit().await?)
    }
}
