//! The endpoint that begins a sign-in which the client performs itself. Okta: `/v1/interact`.

use mock_idp_core::endpoint::authorization::begin_interaction;
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::idx;
use mock_idp_core::ledger::{Interaction, Purpose, RecoveryKind, Stage, StateHandle, Transaction};
use mock_idp_core::protocol::{ErrorId, OAuthError, Parameters};
use mock_idp_core::trace::Trace;
use serde_json::{Value, json};

use super::client_authentication::authenticate_and_note;
use super::explained::explained;
use super::{Context, recovery_links};
use crate::journal::{Explained, Explanation, FlowPart};

/// Seconds for which an interaction handle can be used. Okta does not document it.
const HANDLE_LIFETIME: i64 = 3600;

/// The interaction endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InteractionEndpoint<'c>(&'c Context);

impl<'c> InteractionEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Begins a sign-in, and returns the handle by which the client knows it.
    pub(crate) async fn respond(self, presented: CredentialSources<'_>) -> Explained<Result<Value, OAuthError>> {
        explained(Explanation::in_flow(FlowPart::Begins), async |trace, explanation| {
            self.begin(presented, trace, explanation).await
        })
        .await
    }

    async fn begin(
        self,
        presented: CredentialSources<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, OAuthError> {
        let context = self.0;
        let client = authenticate_and_note(context, presented, "interact", explanation).await?;
        let request = begin_interaction(&context.org, &context.server, client, &context.urls, presented.body)?;
        let stage = self.first_stage(presented.body).await?;
        let (handle, state_handle) =
            context.decide(trace, |moment| (moment.token(), idx::new_state_handle(false, moment)));
        let purpose = Purpose::Interact(Box::new(Interaction { request, handle: handle.clone() }));
        let (browser, remember, submitted) = (None, false, false);
        let mut transaction = Transaction { purpose, stage, browser, remember, submitted, expires: 0 };
        transaction.expires = idx::expires(&transaction, context.now);
        let ledger = context.ledger();
        let mut batch = ledger.batch();
        let expires = transaction.expires;
        batch.put(ledger.transactions(), &state_handle, transaction, expires);
        batch.put(ledger.interactions(), &handle, StateHandle(state_handle), context.now + HANDLE_LIFETIME);
        batch.commit().await?;
        Ok(json!({ "interaction_handle": handle }))
    }

    /// Where the sign-in begins: with the token of a link, the user need not be identified.
    async fn first_stage(self, body: &Parameters) -> Result<Stage, OAuthError> {
        let given = |name: &str| body.get(name).filter(|token| !token.is_empty());
        let tokens = [
            ("activation_token", RecoveryKind::Activation, ErrorId::InvalidActivationToken),
            ("recovery_token", RecoveryKind::Password, ErrorId::InvalidRecoveryToken),
        ];
        let mut tokens = tokens.into_iter().filter_map(|(name, kind, error)| Some((given(name)?, kind, error)));
        let Some((token, kind, error)) = tokens.next() else { return Ok(Stage::Identify) };
        let found = recovery_links::find(self.0, token).await?;
        let fits = found.filter(|recovery| recovery.kind == kind);
        let recovery = fits.ok_or_else(|| OAuthError::new(error, "the token is unknown, used or too old"))?;
        Ok(Stage::Recovery(recovery))
    }
}
