//! Consent: which scopes the user is asked to allow, and the user's answer.

use super::answer::{SignInEffect, SignInFacts};
use crate::ledger::{AuthorizationRequest, Consent, CurrentUser, Purpose, Stage, Transaction, UserDecision};
use crate::model::{App, ConsentMethod, Scope, ScopeConsent};
use crate::org::{CompiledServer, Org};
use crate::protocol::Scopes;

/// The scopes that the user is asked to allow. Okta: `prompt=consent` asks again for any app; without it only an app with
/// `consent_method: REQUIRED` asks, and only for scopes that were not allowed before.
#[must_use]
pub fn missing_consent(
    server: &CompiledServer,
    client: &App,
    request: &AuthorizationRequest,
    consent: &Consent,
) -> Vec<Scope> {
    let app_asks = client.oauth().consent_method == ConsentMethod::Required;
    request
        .scopes
        .iter()
        .filter_map(|name| server.scope(name))
        .filter(|scope| matches!(scope.consent, ScopeConsent::Required | ScopeConsent::Flexible))
        .filter(|scope| request.prompt_consent || (app_asks && !consent.scopes.contains(&scope.name)))
        .cloned()
        .collect()
}

/// The user's answer to a request for consent, or to a device.
pub(super) fn decide(
    org: &Org,
    server: &CompiledServer,
    transaction: Transaction,
    user: CurrentUser,
    (allowed, selected): (bool, &Scopes),
    facts: &SignInFacts,
) -> (Transaction, Vec<SignInEffect>) {
    let user_id = user.authentication().user_id.clone();
    let mut effects = Vec::new();
    let mut purpose = transaction.purpose;
    if let Purpose::Activate(activation) = &purpose {
        let decision =
            if allowed { UserDecision::Allowed(user.authentication().clone()) } else { UserDecision::Denied };
        effects.push(SignInEffect::DecideDevice { activation: activation.clone(), decision });
    }
    let scopes = match &purpose {
        Purpose::Activate(activation) => activation.scopes.clone(),
        _ => purpose
            .request()
            .map_or_else(Scopes::default, |request| consented_scopes(org, server, request, &facts.consent, selected)),
    };
    if allowed {
        purpose = purpose.with_consent(scopes.clone());
        effects.push(SignInEffect::GiveConsent { user_id, scopes });
    }
    (Transaction { purpose, stage: Stage::Decided { user, allowed }, ..transaction }, effects)
}

/// The scopes of a request without the optional ones that the user has declined. Okta: only scopes that the page shows can be
/// declined.
fn consented_scopes(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    earlier: &Consent,
    selected: &Scopes,
) -> Scopes {
    let client = org.client(&request.client_id);
    let shown = client.map(|client| missing_consent(server, client, request, earlier)).unwrap_or_default();
    let declined =
        |name: &str| shown.iter().any(|scope| scope.name == name && scope.optional) && !selected.contains(name);
    request.scopes.iter().filter(|name| !declined(name)).collect()
}
