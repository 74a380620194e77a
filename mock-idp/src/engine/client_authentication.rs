//! Client authentication, for every endpoint that clients call, and the keys that clients prove.

use mock_idp_core::endpoint::client_authentication::{self, CalledEndpoint, CredentialSources};
use mock_idp_core::ledger::SingleUse;
use mock_idp_core::model::App;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::dpop::{self, Freshness, Proof, ProvenRequest};
use mock_idp_core::trace::{NoteStatus, Trace};

use super::single_use::consume;
use super::{Context, nonces, remote_keys};
use crate::journal::Explanation;

/// An authenticated client, whose single-use values have not been consumed yet.
#[derive(Debug)]
pub(super) struct ProvenClient<'a> {
    pub(super) client: &'a App,
    /// Thumbprint of the key that it has proved.
    pub(super) key: Option<String>,
    /// The single-use values of its assertion and of its DPoP proof.
    pub(super) single_use: [Option<SingleUse>; 2],
}

/// Authenticates the client of a request at this server's endpoint of that name: the part of its path behind `/v1/`.
///
/// # Errors
/// Okta's errors; the error for an unknown client has the API's shape.
pub(super) async fn authenticate<'c>(
    context: &'c Context,
    presented: CredentialSources<'_>,
    endpoint: &str,
) -> Result<&'c App, OAuthError> {
    let authenticated = decide(context, presented, endpoint).await?;
    consume(context, authenticated.single_use).await?;
    Ok(authenticated.client)
}

/// The same, and adds the client to the explanation.
///
/// # Errors
/// Okta's errors.
pub(super) async fn authenticate_and_note<'c>(
    context: &'c Context,
    presented: CredentialSources<'_>,
    endpoint: &str,
    explanation: &mut Explanation,
) -> Result<&'c App, OAuthError> {
    let client = authenticate(context, presented, endpoint).await?;
    explanation.client = Some(client.client_id().to_owned());
    Ok(client)
}

/// The same, together with the key that the client proves. Single-use values are not consumed: a client whose proof is rejected,
/// because it has no nonce for instance, sends the same assertion again.
///
/// # Errors
/// Okta's errors.
pub(super) async fn authenticate_with_key<'c>(
    context: &'c Context,
    presented: CredentialSources<'_>,
    dpop: &[String],
    endpoint: &str,
    trace: &mut Trace,
    explanation: &mut Explanation,
) -> Result<ProvenClient<'c>, OAuthError> {
    let client_authentication::AuthenticatedClient { client, single_use, signature_info } =
        decide(context, presented, endpoint).await?;
    explanation.client = Some(client.client_id().to_owned());
    if let Some(signature_info) = signature_info {
        trace.note(NoteStatus::Matched, "client assertion", signature_info);
    }
    // Okta: some of its SDKs send a proof with every request; apps that do not ask for bound tokens get plain ones.
    let bound = context.server.binds_tokens_of(client);
    if !bound && !dpop.is_empty() {
        trace.note(NoteStatus::PassedOver, "DPoP proof", "the app does not ask for bound tokens");
    }
    let (key, proof) = if bound { check_proof(context, dpop, endpoint).await? } else { (None, None) };
    if let Some(key) = &key {
        trace.note(NoteStatus::Matched, "DPoP proof", format!("the client has proved the key {key}"));
    }
    Ok(ProvenClient { client, key, single_use: [single_use, proof] })
}

async fn decide<'c>(
    context: &'c Context,
    presented: CredentialSources<'_>,
    endpoint: &str,
) -> Result<client_authentication::AuthenticatedClient<'c>, OAuthError> {
    if let Some(client_id) = context.assumed_client() {
        let client = client_authentication::active_client(&context.org, client_id)?;
        return Ok(client_authentication::AuthenticatedClient { client, single_use: None, signature_info: None });
    }
    let attempt = client_authentication::identify(&context.org, presented, endpoint)?;
    let fetched = remote_keys::fetch(context, attempt.key_source()).await;
    let called = CalledEndpoint { urls: &context.urls, server: &context.server, endpoint };
    attempt.verify(called, fetched.as_ref(), context.now)
}

/// The thumbprint of the key that the proof of a request is signed with, and the proof's `jti`.
async fn check_proof(
    context: &Context,
    dpop: &[String],
    endpoint: &str,
) -> Result<(Option<String>, Option<SingleUse>), OAuthError> {
    if let Some(scratch) = &context.instance.scratch {
        return Ok((scratch.proved_key(dpop), None));
    }
    let nonces = nonces::nonce_key(context).await?;
    let is_uri = |uri: &str| context.urls.is_endpoint(&context.server, endpoint, uri);
    let behavior = context.server.behavior;
    let request = ProvenRequest { method: "POST", is_uri: &is_uri, behavior, freshness: Freshness::Nonce(&nonces) };
    let proof = dpop::check(dpop, request, context.now)?;
    Ok(proof.map(|Proof { thumbprint, single_use }| (thumbprint, single_use)).unzip())
}
