//! The endpoint for pushed authorization requests. RFC 9126.

use mock_idp_core::endpoint::authorization::{self, AuthorizationError};
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::ledger::PushedRequest;
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::trace::Trace;
use serde_json::{Value, json};

use super::authorization_request::note_resource;
use super::client_authentication::{ProvenClient, authenticate_with_key};
use super::explained::explained;
use super::single_use::{commit_used, consume_with};
use super::{Context, request_object};
use crate::journal::{Explained, Explanation, FlowPart};
use crate::ledger::Batch;

/// The pushed authorization request endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PushedRequestEndpoint<'c>(&'c Context);

impl<'c> PushedRequestEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Stores a request, which the client then names at the authorization endpoint; `dpop` are the `DPoP` headers.
    pub(crate) async fn respond(
        self,
        presented: CredentialSources<'_>,
        dpop: &[String],
    ) -> Explained<Result<Value, OAuthError>> {
        explained(Explanation::in_flow(FlowPart::Pushes), async |trace, explanation| {
            self.store(presented, dpop, trace, explanation).await
        })
        .await
    }

    async fn store(
        self,
        presented: CredentialSources<'_>,
        dpop: &[String],
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, OAuthError> {
        let proven = authenticate_with_key(self.0, presented, dpop, "par", trace, explanation).await?;
        let notes = trace.notes.len();
        loop {
            trace.notes.truncate(notes);
            let mut batch = self.0.ledger().batch();
            let stored = self.add(&proven, presented.body, &mut batch, trace).await;
            if let Some(answer) = commit_used(batch, stored).await? {
                return Ok(answer);
            }
        }
    }

    /// Adds what a client pushes to the batch, with the values that it uses up.
    async fn add(
        self,
        proven: &ProvenClient<'_>,
        body: &Parameters,
        batch: &mut Batch<'c>,
        trace: &mut Trace,
    ) -> Result<Value, OAuthError> {
        let context = self.0;
        let Context { org, server, urls, .. } = context;
        for value in proven.single_use.iter().flatten() {
            consume_with(context, batch, value).await?;
        }
        let parameters = authorization::pushed_parameters(proven.client, body)?;
        let opened = request_object::open(context, &parameters, batch, trace).await;
        let opened = opened.map_err(AuthorizationError::into_oauth_error)?;
        let parameters = authorization::bind_to_key(opened.unwrap_or(parameters), proven.key.as_deref())?;
        note_resource(&parameters, trace);
        // RFC 9126 2.1 step 3: as at the authorization endpoint.
        authorization::begin(org, server, urls, &parameters, None).map_err(AuthorizationError::into_oauth_error)?;
        let name = context.decide(trace, authorization::request_uri);
        let lifetime = PushedRequest::lifetime(server.behavior);
        let (server, client_id) = (server.id.clone(), proven.client.client_id().to_owned());
        let pushed = PushedRequest { server, client_id, parameters };
        batch.put(context.ledger().pushed_requests(), &name, pushed, context.now + lifetime);
        Ok(json!({"request_uri": name, "expires_in": lifetime}))
    }
}
