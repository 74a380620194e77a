//! Which clients may use which grant, before the grant itself looks at the request.

use super::browser;
use super::grant::{Grant, GrantRequest, supported, unsupported};
use super::grants::GRANTS;
use super::request::TokenRequest;
use crate::model::App;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::grant_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError};
use crate::text::{did_you_mean, nearest};

/// The grant type of a request. It is checked before the client is authenticated.
///
/// # Errors
/// Repeated parameters; a grant type that is missing or unknown.
pub fn grant_type(request: &TokenRequest) -> Result<GrantType, OAuthError> {
    request.credential_sources().check_unambiguous()?;
    let name = request.get("grant_type").ok_or_else(|| {
        OAuthError::with(ErrorId::TokenRequestMissingGrantType, supported(GRANTS), "grant_type is missing")
    })?;
    GrantType::named(name)
        .filter(|grant_type| row(*grant_type).is_some())
        .ok_or_else(|| unsupported(GRANTS, format!("grant_type `{name}` is unknown{}", hint(name))))
}

/// The grant type that is meant: the last part of its URN is often taken for its name.
fn hint(name: &str) -> String {
    let names = || GRANTS.iter().map(|grant| grant.grant_type.name());
    let last = |name: &'static str| name.rsplit(':').next().unwrap_or(name);
    let by_last_part = names().find(|known| last(known) == name).or_else(|| {
        let near = nearest(name, names().map(last))?;
        names().find(|known| last(known) == near)
    });
    by_last_part.map_or_else(|| did_you_mean(name, names()), |known| format!("; did you mean `{known}`?"))
}

/// Admits an authenticated client to a grant. `proved_key` is the thumbprint of the key that it has proved possession of.
///
/// # Errors
/// A browser that must not use the grant, a grant type that the app does not list, a missing proof of possession.
pub fn admit<'a>(
    org: &'a Org,
    server: &'a CompiledServer,
    urls: &'a Urls,
    client: &'a App,
    parameters: &'a TokenRequest,
    proved_key: Option<&'a str>,
) -> Result<GrantRequest<'a>, OAuthError> {
    let grant_type = grant_type(parameters)?;
    let grant = row(grant_type).ok_or_else(|| unsupported(GRANTS, "no row for the grant type"))?;
    let request = GrantRequest { org, server, urls, client, parameters, grant, grants: GRANTS, proved_key };
    browser::check(&request)?;
    grant_rules::may_use(client, grant_type)?;
    // FAPI 2 Security Profile 5.3.2.1: no password grant, and nothing else that users give to the client.
    if server.behavior.issues_codes_only() && grant_type.takes_credentials() {
        return Err(unsupported(GRANTS, "the profile excludes grants that take credentials of users"));
    }
    // Okta: `dpop_bound_access_tokens` makes proofs mandatory.
    if proved_key.is_none() && server.binds_tokens_of(client) {
        let reason = format!("{} must prove possession of a key", client.client_id());
        return Err(OAuthError::new(ErrorId::DpopMissingHeader, reason));
    }
    Ok(request)
}

fn row(grant_type: GrantType) -> Option<&'static Grant> {
    GRANTS.iter().find(|grant| grant.grant_type == grant_type)
}
