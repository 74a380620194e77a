//! Global token revocation: the end of all sessions and tokens of a user. Okta: `/oauth2/v1/global-token-revocation`.

use mock_idp_core::ledger::{IssuedCredential, LedgerError, PolledRequest};
use mock_idp_core::management::{ApiError, global_revocation};
use mock_idp_core::protocol::OAuthError;
use serde_json::Value;

use super::session_end::EndedSession;
use super::{Context, issued_tokens, revocations, session_end};
use crate::ledger::Batch;

/// What a revocation takes from a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revoked {
    Sessions,
    SessionsAndTokens,
}

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
        self.commit(user_id, Revoked::Sessions).await
    }

    /// Ends the sessions of a user and revokes the user's tokens.
    pub(super) async fn revoke(self, user_id: &str) -> Result<(), OAuthError> {
        self.commit(user_id, Revoked::SessionsAndTokens).await
    }

    async fn commit(self, user_id: &str, revoked: Revoked) -> Result<(), OAuthError> {
        loop {
            let mut batch = self.0.ledger().batch();
            let ended = self.add(&mut batch, user_id, revoked).await?;
            match batch.commit().await {
                // A session or a device secret has been used in the meantime.
                Err(LedgerError::Conflict { .. }) => {}
                committed => {
                    committed?;
                    return self.notify(ended).await;
                }
            }
        }
    }

    /// Adds the revocation to a batch. Returns the sessions that end with it.
    pub(super) async fn add(
        self,
        batch: &mut Batch<'c>,
        user_id: &str,
        revoked: Revoked,
    ) -> Result<Vec<EndedSession>, LedgerError> {
        let issued = issued_tokens::of_user(self.0.ledger(), user_id).await?;
        let (mut ended, mut removed) = (Vec::new(), Vec::new());
        for credential in issued {
            if let IssuedCredential::Session(id) = &credential {
                ended.extend(session_end::add(self.0, batch, id).await?);
            } else if revoked == Revoked::Sessions {
                continue;
            } else {
                self.add_credential(batch, &credential).await?;
            }
            removed.push(credential);
        }
        issued_tokens::remove(self.0.ledger(), batch, user_id, removed);
        Ok(ended)
    }

    async fn add_credential(self, batch: &mut Batch<'c>, issued: &IssuedCredential) -> Result<(), LedgerError> {
        let ledger = self.0.ledger();
        match issued {
            IssuedCredential::Code(code) => batch.delete(ledger.codes(), code),
            IssuedCredential::InteractionCode(code) => batch.delete(ledger.interaction_codes(), code),
            IssuedCredential::AccessToken(jti) => revocations::revoke_access_token(self.0, batch, jti),
            IssuedCredential::Family(id) => revocations::revoke_family(self.0, batch, id),
            IssuedCredential::DeviceSecret(secret) => {
                _ = revocations::revoke_device_secret(self.0, batch, secret).await?;
            }
            IssuedCredential::Device(code) => batch.update(ledger.devices(), code, PolledRequest::withdraw),
            IssuedCredential::Backchannel(id) => batch.update(ledger.backchannel(), id, PolledRequest::withdraw),
            // The former end on their own; devices are in a record of their own.
            IssuedCredential::Session(_) | IssuedCredential::RememberedDevice(_) => {}
        }
        Ok(())
    }

    /// Notifies the clients of sessions that have ended. There is no browser that could load the front-channel notices.
    pub(super) async fn notify(self, ended: Vec<EndedSession>) -> Result<(), OAuthError> {
        for session in ended {
            _ = session.notify(self.0).await?;
        }
        Ok(())
    }
}
