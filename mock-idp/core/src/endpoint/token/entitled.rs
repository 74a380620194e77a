//! What a user's grant entitles to, once the grant has shown who the user is: assignment, policy, refresh token.
//!
//! Codes and refresh tokens need none of it: both were judged when they were made.

use super::{Addition, Admitted, Allowed, Plan, Redemption, family_of};
use crate::ledger::Authorization;
use crate::model::{App, ConsentMethod, ScopeConsent};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::{self, Ask};
use crate::protocol::{ErrorId, OAuthError, RequestedClaims, Scopes};

/// The redemption of a grant by which a user lets the client act.
pub(super) fn entitle(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    allowed: Allowed,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<Redemption, OAuthError> {
    let Allowed { authentication, scopes, device_secret_hash } = allowed;
    let client = admitted.client;
    let user = org
        .user(&authentication.user_id)
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidUserStatus, "the user has been removed"))?;
    if !user.status.may_hold_tokens() {
        let reason = format!("{} is {}", user.profile.login, user.status.name());
        return Err(OAuthError::new(ErrorId::InvalidUserStatus, reason));
    }
    if org.assignment(client, user).is_none() {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::UserNotAssigned, reason));
    }
    let ask = Ask { client, user: Some(user), grant_type: admitted.grant_type, scopes: &scopes };
    let lifetimes = policy::evaluate(org, server, ask, moment)?;
    let authorization = Authorization {
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        authentication: Some(authentication),
        scopes: scopes.clone(),
        acr: None,
        lifetimes,
        claims: RequestedClaims::default(),
        device_secret_hash,
    };
    let founds = family_of(admitted, &authorization, plan, moment.now);
    let family = founds.as_ref().map(|(id, _)| id.clone());
    Ok(Redemption {
        authorization,
        scopes,
        nonce: None,
        access_token_id: plan.access_token_id_in(family.as_deref()),
        bound_to: admitted.thumbprint(),
        founds,
        refresh_token: family.map(|family| (plan.refresh_token.clone(), family)),
        addition: Addition::Nothing,
    })
}

/// The scopes that this app's users must be asked about, where nobody can ask them. Okta: `FLEXIBLE` ones are granted then.
pub(super) fn unaskable(client: &App, server: &CompiledServer, scopes: &Scopes) -> Scopes {
    let asks = client.oauth().consent_method == ConsentMethod::Required;
    let required = |name: &&str| server.scope(name).is_some_and(|scope| scope.consent == ScopeConsent::Required);
    scopes.iter().filter(|name| asks && required(name)).collect()
}
