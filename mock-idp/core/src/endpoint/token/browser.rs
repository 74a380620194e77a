//! Okta: a token request with an `Origin` header comes from a browser, and has rules of its own.

use super::Admitted;
use crate::model::{App, ApplicationType};
use crate::org::Org;
use crate::protocol::{ErrorId, GrantType, OAuthError};

/// Checks those rules; requests without an origin pass.
pub(super) fn check(org: &Org, admitted: &Admitted<'_>) -> Result<(), OAuthError> {
    let Some(origin) = admitted.request.origin.as_deref() else { return Ok(()) };
    let client = admitted.client;
    let browser_app = client.oauth().application_type == ApplicationType::Browser;
    match admitted.grant_type {
        GrantType::AuthorizationCode if admitted.request.get("code_verifier").is_some() => {}
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
    if admitted.grant_type == GrantType::AuthorizationCode
        && !browser_app
        && admitted.request.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "offline_access"))
    {
        return Err(OAuthError::new(ErrorId::UnsupportedScopeBrowserRequest, format!("offline_access from {origin}")));
    }
    if org.trusts_origin(origin) || redirects_to(client, origin) {
        Ok(())
    } else {
        Err(OAuthError::new(ErrorId::IllegalOriginBrowserRequest, format!("{origin} is no origin of a redirect URI")))
    }
}

fn redirects_to(client: &App, origin: &str) -> bool {
    client.oauth().redirect_uris.iter().any(|uri| {
        url::Url::parse(uri).is_ok_and(|uri| uri.origin().is_tuple() && uri.origin().ascii_serialization() == origin)
    })
}
