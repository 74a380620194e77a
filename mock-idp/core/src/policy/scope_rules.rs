//! The scopes of a request, before any policy is evaluated.

use crate::model::App;
use crate::org::{API_SCOPES, CompiledServer, Org};
use crate::protocol::{ErrorId, INTERCLIENT_ACCESS, OAuthError, Scopes};
use crate::text::did_you_mean;

/// The requested scopes, or the server's default ones. All of them exist at the server, and those of the org's own APIs are granted
/// to the app.
///
/// # Errors
/// No scope and no default; a scope that the server does not have, or that the app may not request.
pub fn resolve(org: &Org, server: &CompiledServer, client: &App, requested: &Scopes) -> Result<Scopes, OAuthError> {
    let scopes = known(server, client, requested)?;
    // Okta: Native to Web SSO, trust map.
    if scopes.contains(INTERCLIENT_ACCESS) && !org.is_trusted_by_an_app(client) {
        let reason = format!("no app has {} among its `interclientAllowedApps`", client.id);
        return Err(OAuthError::new(ErrorId::InterclientAccessScopeNotPermitted, reason));
    }
    Ok(scopes)
}

fn known(server: &CompiledServer, client: &App, requested: &Scopes) -> Result<Scopes, OAuthError> {
    if requested.is_empty() {
        let defaults: Scopes = server.scopes.iter().filter(|scope| scope.default).map(|scope| &scope.name).collect();
        if defaults.is_empty() {
            // Okta: the org authorization server cannot have default scopes, and has a shorter error.
            let id = if server.is_org() { ErrorId::MissingScopes } else { ErrorId::NoDefaultScopes };
            return Err(OAuthError::new(id, "no scope was requested and the server has no default scopes"));
        }
        return Ok(defaults);
    }
    let of_api = |name: &str| server.is_org() && (API_SCOPES.contains(&name) || client.is_granted(name));
    let unknown: Scopes = requested.iter().filter(|name| server.scope(name).is_none() && !of_api(name)).collect();
    if unknown.is_empty() {
        granted(client, requested)
    } else {
        let hint = unknown.iter().next().map(|first| did_you_mean(first, scope_names(server))).unwrap_or_default();
        let reason = format!("the server has no scope {}{hint}", unknown.listed());
        Err(OAuthError::new(ErrorId::NoMatchingScope, reason))
    }
}

/// The scopes that may be requested at a server.
fn scope_names(server: &CompiledServer) -> impl Iterator<Item = &str> {
    let of_apis = if server.is_org() { &API_SCOPES[..] } else { &[] };
    server.scopes.iter().map(|scope| scope.name.as_str()).chain(of_apis.iter().copied())
}

/// The requested scopes without those of the org's own APIs that no administrator has granted to the app.
///
/// # Errors
/// Scopes of the org's own APIs are requested, and none of them is granted.
pub fn granted(client: &App, requested: &Scopes) -> Result<Scopes, OAuthError> {
    let of_api: Scopes = requested.iter().filter(|scope| scope.starts_with("okta.")).collect();
    let denied: Scopes = of_api.iter().filter(|scope| !client.is_granted(scope)).collect();
    if !denied.is_empty() && denied == of_api {
        return Err(OAuthError::new(ErrorId::NoOrgScopesGranted, format!("{} is not granted", denied.listed())));
    }
    Ok(requested.without(&denied))
}

/// OIDC Core 3.1.2.1: identity scopes and ID tokens need `openid`.
///
/// # Errors
/// They are requested without it.
pub fn check_openid(scopes: &Scopes, id_token: bool) -> Result<(), OAuthError> {
    const IDENTITY: [&str; 5] = ["profile", "email", "address", "phone", "groups"];
    let needed = id_token || IDENTITY.iter().any(|scope| scopes.contains(scope));
    if needed && !scopes.contains("openid") {
        return Err(OAuthError::new(ErrorId::OpenidScopeRequiredAccessToken, "identity scopes without openid"));
    }
    Ok(())
}
