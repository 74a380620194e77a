//! The introspection endpoint. RFC 7662.

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::introspection::{self, IntrospectedToken};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::{Audience, verify_id_token};
use serde_json::Value;

use super::client_authentication::authenticate_and_note;
use super::explained::explained;
use super::{Context, token_lookup};
use crate::journal::{Explained, Explanation};

/// The introspection endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IntrospectionEndpoint<'c>(&'c Context);

impl<'c> IntrospectionEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// The state of a token.
    pub(crate) async fn respond(self, presented: CredentialSources<'_>) -> Explained<Result<Value, OAuthError>> {
        explained(Explanation::default(), async |_, explanation| self.introspect(presented, explanation).await).await
    }

    async fn introspect(
        self,
        presented: CredentialSources<'_>,
        explanation: &mut Explanation,
    ) -> Result<Value, OAuthError> {
        authenticate_and_note(self.0, presented, "introspect", explanation).await?;
        let token = introspection::token(presented.body)?;
        let Context { org, server, urls, now, .. } = self.0;
        let answer = |found: IntrospectedToken<'_>| introspection::answer(org, server, urls, found, *now);
        let keys = self.0.keys().await?;
        if let Some(claims) = keys.access_token(token) {
            let revoked = token_lookup::is_revoked(self.0, &claims).await?;
            return Ok(answer(IntrospectedToken::AccessToken { claims: &claims, revoked }));
        }
        if let Some(claims) = verify_id_token(token, &keys.keys, Audience::Any) {
            return Ok(answer(IntrospectedToken::IdToken { claims: &claims }));
        }
        if let Some((_, family)) = token_lookup::family(self.0, token).await? {
            return Ok(answer(IntrospectedToken::RefreshToken { token, family: &family }));
        }
        if let Some(record) = self.0.ledger().device_secrets().get(token).await? {
            return Ok(answer(IntrospectedToken::DeviceSecret { record: &record }));
        }
        Ok(answer(IntrospectedToken::Unknown))
    }
}
