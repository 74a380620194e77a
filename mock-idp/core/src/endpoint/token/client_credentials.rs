//! `client_credentials`. RFC 6749 4.4; Okta: service apps.

use super::{Addition, Admitted, Plan, Redemption};
use crate::ledger::Authorization;
use crate::model::{App, ApplicationType, AuthMethod, ScopeConsent};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::{self, Ask, scope_rules};
use crate::protocol::{ErrorId, GrantType, OAuthError, OIDC_SCOPES, RequestedClaims, Scopes};
use crate::trace::{NoteStatus, ScopeSource};

pub(super) fn grant(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<Redemption, OAuthError> {
    let client = admitted.client;
    // RFC 6749 4.4: only confidential clients.
    if client.auth_method() == AuthMethod::None {
        let reason = format!("{} does not authenticate", client.client_id());
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, reason));
    }
    let asked = Scopes::parse(admitted.request.get("scope").unwrap_or_default());
    if server.is_org() {
        may_act_on_the_org(client)?;
    }
    // Okta: OpenID scopes are about a user, and here is none.
    if asked.iter().any(|scope| OIDC_SCOPES.contains(&scope)) {
        return Err(OAuthError::new(
            ErrorId::OpenidNotAllowedClientCredentials,
            format!("asked for {}", asked.listed()),
        ));
    }
    let scopes =
        if server.is_org() { org_scopes(client, &asked, moment)? } else { custom_scopes(org, server, client, &asked)? };
    let ask = Ask { client, user: None, grant_type: GrantType::ClientCredentials, scopes: &scopes };
    let granted = policy::grant(org, server, ask, moment)?;
    let source = if asked.is_empty() { ScopeSource::Default } else { ScopeSource::Asked };
    granted.tell(&scopes, source, |_| None, moment);
    Ok(Redemption {
        authorization: Authorization {
            server: server.id.clone(),
            client_id: client.client_id().to_owned(),
            authentication: None,
            scopes: scopes.clone(),
            acr: None,
            lifetimes: granted.lifetimes,
            claims: RequestedClaims::default(),
            device_secret_hash: None,
        },
        scopes,
        nonce: None,
        access_token_id: plan.access_token_id_in(None),
        bound_to: admitted.thumbprint(),
        founds: None,
        refresh_token: None,
        addition: Addition::Nothing,
    })
}

fn custom_scopes(org: &Org, server: &CompiledServer, client: &App, asked: &Scopes) -> Result<Scopes, OAuthError> {
    let scopes = scope_rules::resolve(org, server, client, asked)?;
    let consent: Scopes = scopes
        .iter()
        .filter(|name| server.scope(name).is_some_and(|scope| scope.consent == ScopeConsent::Required))
        .collect();
    if !consent.is_empty() {
        return Err(OAuthError::with(
            ErrorId::ConsentRequiredClientCredentials,
            consent.listed(),
            "no user can consent",
        ));
    }
    Ok(scopes)
}

/// Okta: on the org authorization server only service apps may, and only by `private_key_jwt`.
fn may_act_on_the_org(client: &App) -> Result<(), OAuthError> {
    let (id, reason) = if client.oauth().application_type != ApplicationType::Service {
        (ErrorId::InvalidApplicationTypeClientCredentials, "is not a service app")
    } else if client.auth_method() != AuthMethod::PrivateKeyJwt {
        (ErrorId::UnsupportedAuthMethodClientCredentials, "did not use private_key_jwt")
    } else {
        return Ok(());
    };
    Err(OAuthError::new(id, format!("{} {reason}", client.client_id())))
}

/// Okta: of the `okta.*` scopes asked for, those that an administrator has granted to the app.
fn org_scopes(client: &App, asked: &Scopes, moment: &mut Moment<'_>) -> Result<Scopes, OAuthError> {
    if asked.is_empty() {
        return Err(OAuthError::new(ErrorId::MissingScopes, "no scope was asked for"));
    }
    if let Some(unknown) = asked.iter().find(|scope| !scope.starts_with("okta.")) {
        return Err(OAuthError::new(
            ErrorId::NoMatchingScope,
            format!("`{unknown}` is no scope of the org's own APIs"),
        ));
    }
    // Okta: they are about the user who calls, and here is none.
    if asked.iter().any(|scope| scope.ends_with(".self")) {
        return Err(OAuthError::new(ErrorId::ClientCredentialsSelfScope, format!("asked for {}", asked.listed())));
    }
    let scopes = scope_rules::granted(client, asked)?;
    let refused = asked.without(&scopes);
    if !refused.is_empty() {
        moment.trace.note(NoteStatus::Absent, refused.listed(), "not granted to the app");
    }
    Ok(scopes)
}
