//! What the bodies of both endpoints have in common.

use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Checks a body.
pub(super) fn check(body: &Parameters) -> Result<(), OAuthError> {
    if !body.duplicates().is_empty() {
        return Err(OAuthError::new(ErrorId::DuplicateOauthParameters, body.duplicates().join(", ")));
    }
    match body.get("scope") {
        Some(_) => {
            Err(OAuthError::new(ErrorId::DirectAuthScopeNotAllowed, "scopes are requested at the token endpoint"))
        }
        None => Ok(()),
    }
}

/// A parameter that a body must have.
pub(super) fn required<'b>(body: &'b Parameters, name: &str) -> Result<&'b str, OAuthError> {
    body.get(name)
        .ok_or_else(|| OAuthError::with(ErrorId::MissingTokenRequestParameter, name, format!("`{name}` is missing")))
}
