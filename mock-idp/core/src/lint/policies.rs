//! Access policies: rules that never match, and scopes that none grants.

use std::collections::BTreeSet;

use super::{Lint, listed};
use crate::model::{AccessPolicy, People, PolicyRule};
use crate::org::{CompiledPolicy, CompiledRule, CompiledServer};
use crate::protocol::GrantType;

const ALL_CLIENTS: &str = "ALL_CLIENTS";

/// Whether some rule of a server covers a scope.
pub(super) fn grants(server: &CompiledServer, scope: &str) -> bool {
    server.policies.iter().any(|policy| policy.rules.iter().any(|rule| rule.covers(scope)))
}

impl Lint<'_> {
    /// Policies and rules without an effect.
    pub(super) fn policies(&mut self, path: &str, server: &CompiledServer) {
        let org = self.org;
        if server.policies.iter().all(|policy| policy.rules.is_empty()) {
            let message = format!(
                "the authorization server `{}` has no active rule of an access policy, so that it grants nothing",
                server.name
            );
            return self.warn(format!("{path}/policies"), message);
        }
        for (index, policy) in org.policies(&server.id).enumerate().filter(|(_, policy)| policy.status.is_active()) {
            let path = format!("{path}/policies/{index}");
            if policy.conditions.clients.include.is_empty() {
                let message = format!("the policy `{}` applies to no client", policy.name);
                self.warn(format!("{path}/conditions/clients/include"), message);
                continue;
            }
            if !org.rules(&policy.id).any(|rule| rule.status.is_active()) {
                let message = format!("the policy `{}` has no active rule, so that it decides nothing", policy.name);
                self.warn(format!("{path}/rules"), message);
            }
            for (index, rule) in org.rules(&policy.id).enumerate().filter(|(_, rule)| rule.status.is_active()) {
                self.rule(&format!("{path}/rules/{index}"), server, policy, rule);
            }
        }
    }

    fn rule(&mut self, path: &str, server: &CompiledServer, policy: &AccessPolicy, rule: &PolicyRule) {
        let grant_types = &rule.conditions.grant_types.include;
        if grant_types.is_empty() {
            let message = format!("the rule `{}` matches nothing: it lists no grant type", rule.name);
            return self.warn(format!("{path}/conditions/grantTypes/include"), message);
        }
        if includes_no_user(&rule.conditions.people) {
            let without_user = grant_types.contains(&GrantType::ClientCredentials);
            // A rule for services only needs no people.
            if !without_user || grant_types.len() > 1 {
                let matched = if without_user { "only client credentials" } else { "nothing" };
                let message = format!("the rule `{}` matches {matched}: it includes no user and no group", rule.name);
                self.warn(format!("{path}/conditions/people"), message);
            }
            if !without_user {
                return;
            }
        }
        if let Some(message) = self.unused_grant_types(policy, rule) {
            return self.warn(format!("{path}/conditions/grantTypes/include"), message);
        }
        if let Some(message) = hidden(server, policy, rule, self.org.everyone()) {
            self.warn(path, message);
        }
    }

    /// Why no client of the policy can use a grant type of the rule, if that is so. A policy for all clients is also for those to come.
    fn unused_grant_types(&self, policy: &AccessPolicy, rule: &PolicyRule) -> Option<String> {
        let clients = &policy.conditions.clients.include;
        if clients.iter().any(|id| id == ALL_CLIENTS) {
            return None;
        }
        let uses = |id: &String| {
            let client = self.org.client(id);
            client.is_some_and(|app| {
                rule.conditions.grant_types.include.iter().any(|grant| app.oauth().grant_types.contains(grant))
            })
        };
        (!clients.iter().any(uses)).then(|| {
            let names = clients.iter().filter_map(|id| self.org.client(id)).map(|app| app.label.as_str());
            format!(
                "the rule `{}` never matches: {}, for which the policy `{}` is, may not use its grant types",
                rule.name,
                listed(names),
                policy.name
            )
        })
    }

    /// Scopes that no rule grants.
    pub(super) fn scopes(&mut self, path: &str, server: &CompiledServer) {
        if server.policies.iter().all(|policy| policy.rules.is_empty()) {
            return;
        }
        for (index, scope) in self.org.scopes(&server.id).enumerate() {
            if !grants(server, &scope.name) {
                let message = format!("no rule of an access policy grants the scope `{}`", scope.name);
                self.warn(format!("{path}/scopes/{index}/name"), message);
            }
        }
    }
}

fn includes_no_user(people: &People) -> bool {
    people.users.include.is_empty() && people.groups.include.is_empty()
}

/// The reason why a rule never matches: for each client and grant type, a rule before it matches everything that it would match.
fn hidden(server: &CompiledServer, policy: &AccessPolicy, rule: &PolicyRule, everyone: Option<&str>) -> Option<String> {
    let mut before = Vec::new();
    let compiled = 'search: {
        for other in &server.policies {
            for earlier in &other.rules {
                if earlier.rule.id == rule.id {
                    break 'search earlier;
                }
                before.push((other, earlier));
            }
        }
        return None;
    };
    let mut hiding = BTreeSet::new();
    for client in &policy.conditions.clients.include {
        for grant_type in &rule.conditions.grant_types.include {
            let index = before.iter().position(|(other, earlier)| {
                is_for(other, client)
                    && earlier.rule.conditions.grant_types.include.contains(grant_type)
                    && (*grant_type == GrantType::ClientCredentials || covers_people(earlier, compiled, everyone))
                    && covers_scopes(earlier, compiled)
            })?;
            hiding.insert(index);
        }
    }
    let names = hiding.into_iter().filter_map(|index| before.get(index)).map(|(_, earlier)| earlier.rule.name.as_str());
    let names: Vec<&str> = names.collect();
    let (rules, verb) = if names.len() == 1 { ("the rule", "matches") } else { ("the rules", "match") };
    let message = "which it would match";
    Some(format!(
        "the rule `{}` is never reached: {rules} {} before it {verb} all requests {message}",
        rule.name,
        listed(names)
    ))
}

fn is_for(policy: &CompiledPolicy, client: &str) -> bool {
    policy.summary.clients.iter().any(|id| id == ALL_CLIENTS || id == client)
}

/// Whether a rule's people include all those of another, as far as that does not depend on who is in which group.
fn covers_people(wide: &CompiledRule, narrow: &CompiledRule, everyone: Option<&str>) -> bool {
    let (wide, narrow) = (&wide.rule.conditions.people, &narrow.rule.conditions.people);
    let is_everyone = |id: &String| id == "EVERYONE" || Some(id.as_str()) == everyone;
    let within = |few: &[String], many: &[String]| few.iter().all(|id| many.contains(id));
    within(&wide.users.exclude, &narrow.users.exclude)
        && within(&wide.groups.exclude, &narrow.groups.exclude)
        && (wide.groups.include.iter().any(is_everyone)
            || (within(&narrow.users.include, &wide.users.include)
                && within(&narrow.groups.include, &wide.groups.include)))
}

/// Whether a rule covers each set of scopes that another one covers. `*` stands for scopes to come too.
fn covers_scopes(wide: &CompiledRule, narrow: &CompiledRule) -> bool {
    wide.any_scope
        || (!narrow.any_scope
            && (!wide.names_oidc || narrow.names_oidc)
            && narrow.rule.conditions.scopes.include.iter().all(|scope| wide.covers(scope)))
}
