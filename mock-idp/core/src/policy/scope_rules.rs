//! Which scopes a request is about, before any policy is asked.

use crate::org::Server;
use crate::protocol::{ErrorId, Refusal, Scopes};

/// The scopes asked for, or the server's default ones; all of them known to the server.
///
/// # Errors
/// No scope and no default; a scope that the server does not have.
pub fn resolve(server: &Server, asked: &Scopes) -> Result<Scopes, Refusal> {
    if asked.is_empty() {
        let defaults: Scopes = server.scopes.iter().filter(|scope| scope.default).map(|scope| &scope.name).collect();
        if defaults.is_empty() {
            // Okta: the org authorization server cannot have default scopes and says it shorter.
            let id = if server.is_org() { ErrorId::MissingScopes } else { ErrorId::NoDefaultScopes };
            return Err(Refusal::new(id, "no scope was asked for and the server has no default scopes"));
        }
        return Ok(defaults);
    }
    let unknown: Scopes = asked.iter().filter(|name| server.scope(name).is_none()).collect();
    if unknown.is_empty() {
        Ok(asked.clone())
    } else {
        Err(Refusal::new(ErrorId::NoMatchingScope, format!("the server has no scope {}", unknown.listed())))
    }
}

/// OIDC Core 3.1.2.1: identity scopes and ID tokens need `openid`.
///
/// # Errors
/// They were asked for without it.
pub fn openid_present(scopes: &Scopes, id_token: bool) -> Result<(), Refusal> {
    const IDENTITY: [&str; 5] = ["profile", "email", "address", "phone", "groups"];
    let needed = id_token || IDENTITY.iter().any(|scope| scopes.contains(scope));
    if needed && !scopes.contains("openid") {
        return Err(Refusal::new(ErrorId::OpenidScopeRequiredAccessToken, "identity scopes without openid"));
    }
    Ok(())
}
