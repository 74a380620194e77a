//! `client_credentials`. RFC 6749 4.4; Okta: service apps.

use super::super::entitlement::without_refresh_token;
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use crate::ledger::Authorization;
use crate::model::{App, ApplicationType, AuthMethod, ScopeConsent};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::{self, PolicyRequest, scope_rules};
use crate::protocol::{ErrorId, GrantType, OAuthError, OIDC_SCOPES, RequestedClaims, Scopes};
use crate::trace::{NoteStatus, ScopeSource};

pub(super) const GRANT: Grant =
    Grant { grant_type: GrantType::ClientCredentials, supported: true, lookup: |_| Ok(Lookup::Nothing), redeem };

fn redeem(
    request: &GrantRequest<'_>,
    _: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let GrantRequest { org, server, client, .. } = *request;
    // RFC 6749 4.4: only confidential clients.
    if client.auth_method() == AuthMethod::None {
        let reason = format!("{} does not authenticate", client.client_id());
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, reason).into());
    }
    let requested = Scopes::parse(request.get("scope").unwrap_or_default());
    if server.is_org() {
        check_org_client(client)?;
    }
    // Okta: OpenID scopes are about a user, and this grant has none.
    if requested.iter().any(|scope| OIDC_SCOPES.contains(&scope)) {
        let reason = format!("requested {}", requested.listed());
        return Err(OAuthError::new(ErrorId::OpenidNotAllowedClientCredentials, reason).into());
    }
    let scopes = match server.is_org() {
        true => org_scopes(client, &requested, moment)?,
        false => custom_scopes(org, server, client, &requested)?,
    };
    let policy_request = PolicyRequest { client, user: None, grant_type: request.grant_type(), scopes: &scopes };
    let decision = policy::decide(org, server, policy_request, moment)?;
    let source = if requested.is_empty() { ScopeSource::Default } else { ScopeSource::Requested };
    decision.note_scopes(&scopes, source, |_| None, moment);
    let authorization = Authorization {
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        authentication: None,
        scopes,
        acr: None,
        lifetimes: decision.lifetimes,
        rule_id: decision.rule_id().map(str::to_owned),
        request: None,
        claims: RequestedClaims::default(),
        device_secret_hash: None,
    };
    let ids = TokenIds::new(moment);
    Ok(Redeemed::Tokens(Box::new(without_refresh_token(request, authorization, &ids))))
}

fn custom_scopes(org: &Org, server: &CompiledServer, client: &App, requested: &Scopes) -> Result<Scopes, OAuthError> {
    let scopes = scope_rules::resolve(org, server, client, requested)?;
    let need_consent: Scopes = scopes
        .iter()
        .filter(|name| server.scope(name).is_some_and(|scope| scope.consent == ScopeConsent::Required))
        .collect();
    if !need_consent.is_empty() {
        let reason = "there is no user to ask for consent";
        return Err(OAuthError::with(ErrorId::ConsentRequiredClientCredentials, need_consent.listed(), reason));
    }
    Ok(scopes)
}

/// Okta: at the org authorization server only service apps that authenticate by `private_key_jwt` may use the grant.
fn check_org_client(client: &App) -> Result<(), OAuthError> {
    let (id, reason) = if client.oauth().application_type != ApplicationType::Service {
        (ErrorId::InvalidApplicationTypeClientCredentials, "is not a service app")
    } else if client.auth_method() != AuthMethod::PrivateKeyJwt {
        (ErrorId::UnsupportedAuthMethodClientCredentials, "did not use private_key_jwt")
    } else {
        return Ok(());
    };
    Err(OAuthError::new(id, format!("{} {reason}", client.client_id())))
}

/// Okta: of the requested `okta.*` scopes, those that an administrator has granted to the app.
fn org_scopes(client: &App, requested: &Scopes, moment: &mut Moment<'_>) -> Result<Scopes, OAuthError> {
    if requested.is_empty() {
        return Err(OAuthError::new(ErrorId::MissingScopes, "no scope was requested"));
    }
    if let Some(unknown) = requested.iter().find(|scope| !scope.starts_with("okta.")) {
        let reason = format!("`{unknown}` is not a scope of the org's own APIs");
        return Err(OAuthError::new(ErrorId::NoMatchingScope, reason));
    }
    // Okta: they are about the user who calls, and this grant has none.
    if requested.iter().any(|scope| scope.ends_with(".self")) {
        let reason = format!("requested {}", requested.listed());
        return Err(OAuthError::new(ErrorId::ClientCredentialsSelfScope, reason));
    }
    let scopes = scope_rules::granted(client, requested)?;
    let denied = requested.without(&scopes);
    if !denied.is_empty() {
        moment.trace.note(NoteStatus::Absent, denied.listed(), "not granted to the app");
    }
    Ok(scopes)
}
