//! Which grants a client may use, before any policy is asked.

use crate::model::App;
use crate::protocol::{ErrorId, GrantType, OAuthError};

/// Whether the app is set up for this grant.
///
/// # Errors
/// It is not. Okta: the refusal lists the grants that it is set up for.
pub fn may_use(client: &App, grant_type: GrantType) -> Result<(), OAuthError> {
    let configured = &client.oauth().grant_types;
    if configured.contains(&grant_type) {
        return Ok(());
    }
    let names: Vec<&str> = configured.iter().map(|grant| grant.name()).collect();
    let reason = format!("{} may not use {}", client.client_id(), grant_type.name());
    Err(OAuthError::with(ErrorId::UnauthorizedClient, names.join(", "), reason))
}
