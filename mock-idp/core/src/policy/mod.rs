//! Access policies decide. Okta: "Configure an access policy": policies by priority, rules by priority, the first rule that
//! matches decides and nothing after it is looked at.

pub mod grant_rules;
pub mod scope_rules;

use crate::model::{AccessPolicy, App, PolicyRule, TokenActions, User};
use crate::moment::Moment;
use crate::org::{Org, Server};
use crate::protocol::{ErrorId, GrantType, Refusal, Scopes, is_oidc};
use crate::trace::Verdict;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub client: &'a App,
    /// `None` for a grant without a user.
    pub user: Option<&'a User>,
    pub grant_type: GrantType,
    pub scopes: &'a Scopes,
}

/// Okta: the org authorization server's tokens live an hour, its refresh tokens 90 days of idleness.
const ORG_LIFETIMES: TokenActions = TokenActions {
    access_token_lifetime_minutes: 60,
    refresh_token_lifetime_minutes: 0,
    refresh_token_window_minutes: 90 * 24 * 60,
};

/// Decides whether the scopes may be granted, and for how long.
///
/// # Errors
/// `no_matching_policy` when no rule matches.
pub fn evaluate(org: &Org, server: &Server, ask: Ask<'_>, moment: &mut Moment<'_>) -> Result<TokenActions, Refusal> {
    // Okta: the org authorization server has no access policies.
    if server.is_org() {
        moment.trace.note(
            Verdict::Matched,
            "org authorization server",
            "it has no access policies; lifetimes are fixed",
        );
        return Ok(ORG_LIFETIMES);
    }
    for policy in &server.policies {
        let subject = format!("policy \"{}\"", policy.name);
        if !covers_client(policy, ask.client) {
            let included = policy.conditions.clients.include.join(", ");
            moment.trace.note(
                Verdict::PassedOver,
                subject,
                format!("clients: {included} does not hold {}", ask.client.client_id()),
            );
            continue;
        }
        for rule in &policy.rules {
            let subject = format!("{subject}, rule \"{}\"", rule.name);
            match first_failing_condition(org, rule, ask) {
                Some(because) => moment.trace.note(Verdict::PassedOver, subject, because),
                None => {
                    moment.trace.note(Verdict::Matched, subject, "every condition holds");
                    return Ok(rule.actions.token);
                }
            }
        }
    }
    Err(Refusal::new(
        ErrorId::NoMatchingPolicy,
        format!("no rule covers {} for {} asking {}", ask.grant_type.name(), ask.client.client_id(), ask.scopes.join()),
    ))
}

fn covers_client(policy: &AccessPolicy, client: &App) -> bool {
    policy.conditions.clients.include.iter().any(|id| id == "ALL_CLIENTS" || id == client.client_id())
}

/// The first condition that does not hold, with both its values; `None` when all hold.
fn first_failing_condition(org: &Org, rule: &PolicyRule, ask: Ask<'_>) -> Option<String> {
    let grants = &rule.conditions.grant_types.include;
    if !grants.contains(&ask.grant_type) {
        let listed: Vec<&str> = grants.iter().map(|grant| grant.name()).collect();
        return Some(format!("grant types: {} does not hold {}", listed.join(", "), ask.grant_type.name()));
    }
    // Okta: people conditions are ignored for client credentials.
    if let Some(user) = ask.user
        && let Some(because) = failing_people(org, rule, user)
    {
        return Some(because);
    }
    let uncovered = uncovered_scopes(&rule.conditions.scopes.include, ask.scopes);
    (!uncovered.is_empty())
        .then(|| format!("scopes: {} does not cover {}", rule.conditions.scopes.include.join(", "), uncovered.listed()))
}

fn failing_people(org: &Org, rule: &PolicyRule, user: &User) -> Option<String> {
    let people = &rule.conditions.people;
    let holds = |ids: &[String]| {
        org.group_ids(user)
            .any(|id| ids.iter().any(|listed| listed == id || (listed == "EVERYONE" && Some(id) == org.everyone())))
    };
    let names = |ids: &[String]| {
        let names: Vec<&str> =
            ids.iter().map(|id| org.group(id).map_or(id.as_str(), |group| &group.profile.name)).collect();
        names.join(", ")
    };
    if people.users.exclude.contains(&user.id) {
        return Some(format!("people: user {} is excluded", user.profile.login));
    }
    if holds(&people.groups.exclude) {
        return Some(format!(
            "people: groups {} are excluded, {} is in one",
            names(&people.groups.exclude),
            user.profile.login
        ));
    }
    let included = people.users.include.contains(&user.id) || holds(&people.groups.include);
    (!included).then(|| format!("people: groups {} do not hold {}", names(&people.groups.include), user.profile.login))
}

/// The scopes that a rule's list leaves out. `*` covers all. Scopes of OpenID Connect are covered by a list that names none of
/// them; one that names any covers just those (Okta documents the first half, a support article shows the second).
fn uncovered_scopes(listed: &[String], asked: &Scopes) -> Scopes {
    if listed.iter().any(|scope| scope == "*") {
        return Scopes::default();
    }
    let names_oidc = listed.iter().any(|scope| is_oidc(scope));
    asked.iter().filter(|scope| !listed.iter().any(|known| known == scope) && (names_oidc || !is_oidc(scope))).collect()
}
