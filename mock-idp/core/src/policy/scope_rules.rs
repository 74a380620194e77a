//! Which scopes a request is about, before any policy is asked.

use crate::model::App;
use crate::org::{API_SCOPES, CompiledServer, Org};
use crate::protocol::{ErrorId, INTERCLIENT_ACCESS, OAuthError, Scopes};

/// The scopes asked for, or the server's default ones; all of them known to the server, and those of the org's own APIs granted
/// to the app.
///
/// # Errors
/// No scope and no default; a scope that the server does not have, or that the app may not ask for.
pub fn resolve(org: &Org, server: &CompiledServer, client: &App, asked: &Scopes) -> Result<Scopes, OAuthError> {
    let scopes = known(server, client, asked)?;
    // Okta: Native to Web SSO, trust map.
    if scopes.contains(INTERCLIENT_ACCESS) && !org.may_hand_over(client) {
        let reason = format!("no app has {} among its `interclientAllowedApps`", client.id);
        return Err(OAuthError::new(ErrorId::InterclientAccessScopeNotPermitted, reason));
    }
    Ok(scopes)
}

fn known(server: &CompiledServer, client: &App, asked: &Scopes) -> Result<Scopes, OAuthError> {
    if asked.is_empty() {
        let defaults: Scopes = server.scopes.iter().filter(|scope| scope.default).map(|scope| &scope.name).collect();
        if defaults.is_empty() {
            // Okta: the org authorization server cannot have default scopes and says it shorter.
            let id = if server.is_org() { ErrorId::MissingScopes } else { ErrorId::NoDefaultScopes };
            return Err(OAuthError::new(id, "no scope was asked for and the server has no default scopes"));
        }
        return Ok(defaults);
    }
    let of_api = |name: &str| server.is_org() && (API_SCOPES.contains(&name) || client.is_granted(name));
    let unknown: Scopes = asked.iter().filter(|name| server.scope(name).is_none() && !of_api(name)).collect();
    if unknown.is_empty() {
        granted(client, asked)
    } else {
        Err(OAuthError::new(ErrorId::NoMatchingScope, format!("the server has no scope {}", unknown.listed())))
    }
}

/// Okta: of the scopes of the org's own APIs, those that an administrator has granted to the app; all others as they are.
///
/// # Errors
/// Some of them were asked for, and none is granted.
pub fn granted(client: &App, asked: &Scopes) -> Result<Scopes, OAuthError> {
    let of_api: Scopes = asked.iter().filter(|scope| scope.starts_with("okta.")).collect();
    let refused: Scopes = of_api.iter().filter(|scope| !client.is_granted(scope)).collect();
    if !refused.is_empty() && refused == of_api {
        return Err(OAuthError::new(ErrorId::NoOrgScopesGranted, format!("{} is not granted", refused.listed())));
    }
    Ok(asked.without(&refused))
}

/// OIDC Core 3.1.2.1: identity scopes and ID tokens need `openid`.
///
/// # Errors
/// They were asked for without it.
pub fn openid_present(scopes: &Scopes, id_token: bool) -> Result<(), OAuthError> {
    const IDENTITY: [&str; 5] = ["profile", "email", "address", "phone", "groups"];
    let needed = id_token || IDENTITY.iter().any(|scope| scopes.contains(scope));
    if needed && !scopes.contains("openid") {
        return Err(OAuthError::new(ErrorId::OpenidScopeRequiredAccessToken, "identity scopes without openid"));
    }
    Ok(())
}
