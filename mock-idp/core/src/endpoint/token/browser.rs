//! Okta: a token request with an `Origin` header comes from a browser, and has additional rules.

use super::grant::GrantRequest;
use crate::model::{App, ApplicationType};
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};

/// Checks these rules. Requests without an `Origin` header pass.
pub(super) fn check(request: &GrantRequest<'_>) -> Result<(), OAuthError> {
    let Some(origin) = request.parameters.origin.as_deref() else { return Ok(()) };
    let client = request.client;
    let browser_app = client.oauth().application_type == ApplicationType::Browser;
    match request.grant_type() {
        GrantType::AuthorizationCode | GrantType::InteractionCode if request.get("code_verifier").is_some() => {}
        GrantType::RefreshToken if browser_app => {}
        GrantType::RefreshToken => {
            return Err(OAuthError::new(
                ErrorId::UnsupportedGrantTypeBrowserRequest,
                format!("refresh_token from {origin}"),
            ));
        }
        _ => {
            return Err(OAuthError::new(
                ErrorId::UnsupportedAuthMethodBrowserRequest,
                format!("no PKCE from {origin}"),
            ));
        }
    }
    check_scopes(request, request.get("scope").map(Scopes::parse).as_ref())?;
    if request.org.trusts_origin(origin) || redirects_to(client, origin) {
        Ok(())
    } else {
        let reason = format!("{origin} is not the origin of a redirect URI");
        Err(OAuthError::new(ErrorId::IllegalOriginBrowserRequest, reason))
    }
}

/// Okta: browsers get no refresh token, unless the client is a browser app that may use one. `scopes` are those of the request, or
/// those that were granted for it.
pub(super) fn check_scopes(request: &GrantRequest<'_>, scopes: Option<&Scopes>) -> Result<(), OAuthError> {
    let Some(origin) = request.parameters.origin.as_deref() else { return Ok(()) };
    let offline = scopes.is_some_and(|scopes| scopes.contains("offline_access"));
    let is_browser_app = request.client.oauth().application_type == ApplicationType::Browser;
    let by_code = matches!(request.grant_type(), GrantType::AuthorizationCode | GrantType::InteractionCode);
    if offline && by_code && !is_browser_app {
        return Err(OAuthError::new(ErrorId::UnsupportedScopeBrowserRequest, format!("offline_access from {origin}")));
    }
    Ok(())
}

fn redirects_to(client: &App, origin: &str) -> bool {
    client.oauth().redirect_uris.iter().any(|uri| {
        url::Url::parse(uri).is_ok_and(|uri| uri.origin().is_tuple() && uri.origin().ascii_serialization() == origin)
    })
}
