//! The revocation endpoint. RFC 7009.

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::introspection;
use mock_idp_core::endpoint::revocation::{self, RevocationTarget};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::system_log::{EventType, LogEvent};
use mock_idp_core::trace::Trace;

use super::client_authentication::authenticate_and_note;
use super::{Context, revocations, token_lookup};
use crate::journal::{Explained, Explanation};

/// The revocation endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RevocationEndpoint<'c>(&'c Context);

impl<'c> RevocationEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Revokes a token. RFC 7009 2.2: an unknown token is not an error.
    pub(crate) async fn respond(self, presented: CredentialSources<'_>) -> Explained<Result<(), OAuthError>> {
        let mut explanation = Explanation::default();
        let result = self.revoke(presented, &mut explanation).await;
        let client = explanation.client.as_deref().and_then(|id| self.0.org.client(id));
        if let Some(client) = client {
            let kind = self.0.server.event_type(EventType::OrgTokenRevoke, EventType::TokenRevoke);
            let event = LogEvent::new(kind).by(client.client_entity()).on(client.event_entity());
            self.0.log([match &result {
                Ok(()) => event,
                Err(error) => event.failed(error.id.row().id),
            }]);
        }
        Explained::new(result, Trace::default(), explanation)
    }

    async fn revoke(self, presented: CredentialSources<'_>, explanation: &mut Explanation) -> Result<(), OAuthError> {
        let context = self.0;
        let client = authenticate_and_note(context, presented, "revoke", explanation).await?;
        let token = introspection::token(presented.body)?;
        let mut batch = context.ledger().batch();
        if let Some((id, family)) = token_lookup::family(context, token).await? {
            if revocation::of_refresh_token(client, &family) == RevocationTarget::Family {
                revocations::revoke_family(context, &mut batch, &id);
            }
            return Ok(batch.commit().await?);
        }
        // Every app on the device has the secret, and may revoke it.
        if self.revoke_device_secret(token).await? {
            return Ok(());
        }
        if let Some(claims) = context.keys().await?.access_token(token)
            && let RevocationTarget::AccessToken(jti) = revocation::of_access_token(client, &claims)
        {
            revocations::revoke_access_token(context, &mut batch, &jti);
        }
        Ok(batch.commit().await?)
    }

    /// Whether there is such a device secret.
    async fn revoke_device_secret(self, token: &str) -> Result<bool, LedgerError> {
        loop {
            let mut batch = self.0.ledger().batch();
            let is_known = revocations::revoke_device_secret(self.0, &mut batch, token).await?;
            match batch.commit().await {
                // Tokens have been exchanged for it in the meantime.
                Err(LedgerError::Conflict { .. }) => {}
                committed => return committed.map(|()| is_known),
            }
        }
    }
}
