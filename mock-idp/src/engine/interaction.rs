//! The beginning of a sign-in by the IDX API, which this org does not serve.

use std::convert::Infallible;

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::protocol::{ErrorId, OAuthError, Parameters};
use mock_idp_core::trace::Trace;

use super::{Context, Explained};
use crate::journal::Explanation;

impl Context {
    /// Refuses a client that wants to begin one, once it is known who asks. Okta: as in an org without the flow.
    pub async fn interact(
        &self,
        authorization: Option<&str>,
        query: &Parameters,
        body: &Parameters,
    ) -> Explained<Result<Infallible, OAuthError>> {
        let mut explanation = Explanation::default();
        let refusal = match self.client(CredentialSources { authorization, query, body }, "interact").await {
            Err(refusal) => refusal,
            Ok(client) => {
                explanation.client = Some(client.client_id().to_owned());
                OAuthError::new(ErrorId::InteractionCodeNotEnabled, "the org has no IDX API")
            }
        };
        Explained::new(Err(refusal), Trace::default(), explanation)
    }
}
