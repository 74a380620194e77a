//! The grant types that a client may use, before any policy is evaluated.

use crate::model::App;
use crate::protocol::{ErrorId, GrantType, OAuthError};

/// Whether the app lists this grant type.
///
/// # Errors
/// It does not. Okta: the error lists the grant types of the app.
pub fn may_use(client: &App, grant_type: GrantType) -> Result<(), OAuthError> {
    let configured = &client.oauth().grant_types;
    if configured.contains(&grant_type) {
        return Ok(());
    }
    let names: Vec<&str> = configured.iter().map(|grant| grant.name()).collect();
    let reason = format!("{} may not use {}", client.client_id(), grant_type.name());
    Err(OAuthError::with(ErrorId::UnauthorizedClient, names.join(", "), reason))
}
