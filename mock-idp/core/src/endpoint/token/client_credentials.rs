//! `client_credentials`. RFC 6749 4.4; Okta: service apps.

use super::{Admitted, Plan, Redemption};
use crate::ledger::Authorization;
use crate::model::{ApplicationType, ScopeConsent};
use crate::moment::Moment;
use crate::org::{Org, Server};
use crate::policy::{self, Ask, scope_rules};
use crate::protocol::{ErrorId, GrantType, OIDC_SCOPES, Refusal, RequestedClaims, Scopes};

pub(super) fn grant(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &Server,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<Redemption, Refusal> {
    let client = admitted.client;
    if server.is_org() {
        return Err(org_server_refusal(client.oauth().application_type));
    }
    let asked = Scopes::parse(admitted.request.get("scope").unwrap_or_default());
    if asked.iter().any(|scope| OIDC_SCOPES.contains(&scope)) {
        return Err(Refusal::new(ErrorId::OpenidNotAllowedClientCredentials, format!("asked for {}", asked.listed())));
    }
    let scopes = scope_rules::resolve(server, &asked)?;
    let consent: Scopes = scopes
        .iter()
        .filter(|name| server.scope(name).is_some_and(|scope| scope.consent == ScopeConsent::Required))
        .collect();
    if !consent.is_empty() {
        return Err(Refusal::with(ErrorId::ConsentRequiredClientCredentials, consent.listed(), "no user can consent"));
    }
    let ask = Ask { client, user: None, grant_type: GrantType::ClientCredentials, scopes: &scopes };
    let lifetimes = policy::evaluate(org, server, ask, moment)?;
    Ok(Redemption {
        authorization: Authorization {
            server: server.id.clone(),
            client_id: client.client_id().to_owned(),
            authentication: None,
            scopes: scopes.clone(),
            acr: None,
            lifetimes,
            claims: RequestedClaims::default(),
        },
        scopes,
        nonce: None,
        access_token_id: plan.access_token_id_in(None),
        founds: None,
        refresh_token: None,
    })
}

/// Okta: on the org authorization server only service apps may, and only by `private_key_jwt`.
fn org_server_refusal(application_type: ApplicationType) -> Refusal {
    if application_type == ApplicationType::Service {
        Refusal::new(ErrorId::UnsupportedAuthMethodClientCredentials, "the client did not use private_key_jwt")
    } else {
        Refusal::new(ErrorId::InvalidApplicationTypeClientCredentials, "the client is not a service app")
    }
}
