//! The endpoint that begins a sign-in with the IDX API, which this org does not have.

use std::convert::Infallible;

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::policy::grant_rules;
use mock_idp_core::protocol::{ErrorId, GrantType, OAuthError};
use mock_idp_core::trace::Trace;

use super::Context;
use super::client_authentication::authenticate;
use crate::journal::{Explained, Explanation};

/// The interaction endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InteractionEndpoint<'c>(&'c Context);

impl<'c> InteractionEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// The error for every client, after it has been authenticated. Okta: an org of Classic Engine does not have the flow; in one of
    /// Identity Engine a client needs the grant type.
    pub(crate) async fn respond(self, presented: CredentialSources<'_>) -> Explained<Result<Infallible, OAuthError>> {
        let mut explanation = Explanation::default();
        let error = match authenticate(self.0, presented, "interact").await {
            Err(error) => error,
            Ok(client) => {
                explanation.client = Some(client.client_id().to_owned());
                match grant_rules::may_use(client, GrantType::InteractionCode) {
                    Err(error) if !self.0.org.is_classic() => error,
                    _ => OAuthError::new(ErrorId::InteractionCodeNotEnabled, "the org has no IDX API"),
                }
            }
        };
        Explained::new(Err(error), Trace::default(), explanation)
    }
}
