//! Tokens that are presented: which server of the org has issued them, and whether they have been revoked.

use std::sync::Arc;

use mock_idp_core::ledger::{LedgerError, TokenFamily};
use mock_idp_core::org::CompiledServer;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::{Audience, Verified, family_of, verify_id_token, verify_interclient_token};

use super::Context;
use crate::keys::LoadedKeys;
use crate::ledger::Versioned;

/// The claims of an access token of this server or of another server of the org, which the error then names.
pub(super) async fn access_token(context: &Context, token: &str) -> Result<Option<Arc<Verified>>, OAuthError> {
    if let Some(scratch) = &context.instance.scratch {
        return Ok(scratch.access_token(token));
    }
    if let Some(verified) = context.keys().await?.access_token(token) {
        return Ok(Some(verified));
    }
    let found = find(context, |server, keys| match server.id == context.server.id {
        true => None,
        false => keys.access_token(token),
    });
    Ok(found.await?.map(|(_, verified)| verified))
}

/// The same, with whether it has been revoked.
pub(super) async fn access_token_and_revoked(
    context: &Context,
    token: &str,
) -> Result<(Option<Arc<Verified>>, bool), OAuthError> {
    let claims = access_token(context, token).await?;
    let revoked = match &claims {
        Some(claims) => is_revoked(context, claims).await?,
        None => false,
    };
    Ok((claims, revoked))
}

/// The claims of an ID token of a server of the org, with that server.
pub(super) async fn id_token(
    context: &Context,
    token: &str,
) -> Result<Option<(Arc<CompiledServer>, Verified)>, OAuthError> {
    find(context, |_, keys| verify_id_token(token, &keys.keys, Audience::Any)).await
}

/// The claims of an ID token of this server.
pub(super) async fn own_id_token(context: &Context, token: Option<&str>) -> Result<Option<Verified>, OAuthError> {
    let Some(token) = token else { return Ok(None) };
    if let Some(scratch) = &context.instance.scratch {
        return Ok(scratch.id_token(token));
    }
    let keys = context.keys().await?;
    Ok(verify_id_token(token, &keys.keys, Audience::Any))
}

/// The claims of an interclient token of a server of the org.
pub(super) async fn interclient_token(context: &Context, token: &str) -> Result<Option<Verified>, OAuthError> {
    let found = find(context, |_, keys| verify_interclient_token(token, &keys.keys)).await?;
    Ok(found.map(|(_, verified)| verified))
}

/// The first server whose keys verify a token, and what they verify.
async fn find<T>(
    context: &Context,
    verify: impl Fn(&CompiledServer, &LoadedKeys) -> Option<T>,
) -> Result<Option<(Arc<CompiledServer>, T)>, OAuthError> {
    for server in context.org.servers() {
        let keys = context.instance.keys.used(server, context.ledger(), context.now).await?;
        if let Some(verified) = keys.and_then(|keys| verify(server, &keys)) {
            return Ok(Some((Arc::clone(server), verified)));
        }
    }
    Ok(None)
}

/// The family of a refresh token, with its id.
pub(super) async fn family(
    context: &Context,
    refresh_token: &str,
) -> Result<Option<(String, TokenFamily)>, LedgerError> {
    Ok(versioned_family(context, refresh_token).await?.map(|(id, found)| (id, found.value)))
}

/// The same, with the version of the family.
pub(super) async fn versioned_family(
    context: &Context,
    refresh_token: &str,
) -> Result<Option<(String, Versioned<TokenFamily>)>, LedgerError> {
    let ledger = context.ledger();
    let Some(owner) = ledger.refresh_tokens().get(refresh_token).await? else { return Ok(None) };
    let family = ledger.families().get_versioned(&owner.family).await?;
    Ok(family.map(|family| (owner.family, family)))
}

/// Whether an access token has been revoked, by itself or with its family.
pub(super) async fn is_revoked(context: &Context, token: &Verified) -> Result<bool, LedgerError> {
    match token.text("jti") {
        Some(jti) => is_revoked_by_id(context, jti).await,
        None => Ok(false),
    }
}

/// The same for an access token that is known by its `jti` only.
pub(super) async fn is_revoked_by_id(context: &Context, jti: &str) -> Result<bool, LedgerError> {
    let ledger = context.ledger();
    if ledger.revoked_access_tokens().read(jti, |_| ()).await?.is_some() {
        return Ok(true);
    }
    match family_of(jti) {
        Some(family) => Ok(ledger.families().read(family, TokenFamily::is_revoked).await?.unwrap_or(true)),
        None => Ok(false),
    }
}
