//! Signing: the only place that turns unsigned tokens into signed ones, with the keys of the server and the faults that are
//! switched on. A scratch instance records them instead.

use mock_idp_core::endpoint::authorization::{IssuedResponse, PreparedResponse};
use mock_idp_core::ledger::AuthorizationRequest;
use mock_idp_core::org::CompiledServer;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::fault::TokenFaults;
use mock_idp_core::tokens::{self, SignedTokens, UnsignedToken, UnsignedTokens};

use super::{Context, remote_keys};
use crate::faults::IssuedTo;

/// Issues the tokens of a token response, and encrypts those that the client wants encrypted.
///
/// # Errors
/// Key generation failed, a client's encryption key is missing, or the ledger's store is unavailable.
pub(super) async fn issue(
    context: &Context,
    tokens: UnsignedTokens,
    to: IssuedTo<'_>,
) -> Result<SignedTokens, OAuthError> {
    match &context.instance.scratch {
        Some(scratch) => Ok(scratch.record(tokens, None)),
        None => sign(context, tokens, to).await,
    }
}

/// Issues the tokens of an authorization response.
///
/// # Errors
/// As for [`issue`], and a fault that returns an error in place of the response.
pub(super) async fn issue_response(
    context: &Context,
    mut prepared: PreparedResponse,
    wanted: &AuthorizationRequest,
    to: IssuedTo<'_>,
) -> Result<IssuedResponse, OAuthError> {
    if let Some(error) = context.instance.faults.take_authorization_error(to) {
        return Err(error);
    }
    let tokens = std::mem::take(&mut prepared.tokens);
    let issued = match &context.instance.scratch {
        Some(scratch) => scratch.record(tokens, Some(wanted.scopes.clone())),
        None => sign(context, tokens, to).await?,
    };
    Ok(prepared.with_tokens(wanted, issued))
}

async fn sign(context: &Context, tokens: UnsignedTokens, to: IssuedTo<'_>) -> Result<SignedTokens, OAuthError> {
    let faults = context.instance.faults.take_for_tokens(to, tokens.kinds())?;
    issue_with(context, &context.server, tokens, &faults).await
}

/// Issues tokens of a server of the org with these faults.
///
/// # Errors
/// As for [`issue`].
pub(super) async fn issue_with(
    context: &Context,
    server: &CompiledServer,
    mut tokens: UnsignedTokens,
    faults: &TokenFaults,
) -> Result<SignedTokens, OAuthError> {
    remote_keys::fetch_recipients(context, &mut tokens).await?;
    let keys = context.instance.keys(server, context.now).await?;
    context.instance.metrics.signed(tokens.kinds().count());
    tokens.issue(&keys.keys, faults)
}

/// Issues one token of a server of the org.
///
/// # Errors
/// As for [`issue`].
pub(super) async fn issue_one(
    context: &Context,
    server: &CompiledServer,
    token: UnsignedToken,
    to: IssuedTo<'_>,
) -> Result<String, OAuthError> {
    let keys = context.instance.keys(server, context.now).await?;
    let faults = context.instance.faults.take_for_tokens(to, std::iter::once(token.kind))?;
    context.instance.metrics.signed(1);
    tokens::issue(token, &keys.keys, &faults)
}
