//! What both exchanges for an access token check of the request: its audience and scopes.

use super::super::super::entitlement::scopes_needing_consent;
use super::super::super::grant::GrantRequest;
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, OAuthError, Scopes};

/// Okta: only custom authorization servers offer these exchanges, and the request names their audience.
pub(super) fn check_server(request: &GrantRequest<'_>) -> Result<(), OAuthError> {
    let server = request.server;
    if server.is_org() {
        let reason = "the org authorization server does not offer this exchange";
        return Err(OAuthError::new(ErrorId::UnsupportedGrantTypeTokenExchange, reason));
    }
    let audience = request.get("audience");
    if audience != server.audience.as_deref() {
        let reason = format!("audience is {audience:?}, that of the server is {:?}", server.audience);
        return Err(OAuthError::new(ErrorId::TokenExchangeInvalidAudience, reason));
    }
    Ok(())
}

/// The scopes of the request.
pub(super) fn requested_scopes(request: &GrantRequest<'_>) -> Scopes {
    Scopes::parse(request.get("scope").unwrap_or_default())
}

/// The scopes to grant: all that are requested, or none.
pub(super) fn resolve(request: &GrantRequest<'_>, requested: &Scopes) -> Result<Scopes, OAuthError> {
    let scopes = scope_rules::resolve(request.org, request.server, request.client, requested)?;
    let missing = scopes_needing_consent(request.client, request.server, &scopes);
    if missing.is_empty() {
        return Ok(scopes);
    }
    let reason = "the user cannot be asked for consent";
    Err(OAuthError::with(ErrorId::ConsentRequiredTokenExchange, missing.listed(), reason))
}
