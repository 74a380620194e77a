//! Okta: a token request with an `Origin` header comes from a browser, and has additional rules.

use super::grant::GrantRequest;
use crate::model::{App, ApplicationType};
use crate::protocol::{ErrorId, GrantType, OAuthError};

/// Checks these rules. Requests without an `Origin` header pass.
pub(super) fn check(request: &GrantRequest<'_>) -> Result<(), OAuthError> {
    let Some(origin) = request.parameters.origin.as_deref() else { return Ok(()) };
    let client = request.client;
    let browser_app = client.oauth().application_type == ApplicationType::Browser;
    match request.grant_type() {
        GrantType::AuthorizationCode if request.get("code_verifier").is_some() => {}
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
    if request.grant_type() == GrantType::AuthorizationCode
        && !browser_app
        && request.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "offline_access"))
    {
        return Err(OAuthError::new(ErrorId::UnsupportedScopeBrowserRequest, format!("offline_access from {origin}")));
    }
    if request.org.trusts_origin(origin) || redirects_to(client, origin) {
        Ok(())
    } else {
        let reason = format!("{origin} is not the origin of a redirect URI");
        Err(OAuthError::new(ErrorId::IllegalOriginBrowserRequest, reason))
    }
}

fn redirects_to(client: &App, origin: &str) -> bool {
    client.oauth().redirect_uris.iter().any(|uri| {
        url::Url::parse(uri).is_ok_and(|uri| uri.origin().is_tuple() && uri.origin().ascii_serialization() == origin)
    })
}
