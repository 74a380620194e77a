//! Access policies and their rules, global session policies.

use super::check::{Check, out_of_bounds};
use crate::model::{GlobalSessionPolicy, People, TokenLifetimes};
use crate::org::records::OWNER;
use crate::org::table::ID;

impl Check<'_> {
    pub(super) fn policy(&mut self, slot: u32) {
        let tables = self.tables;
        let Some(row) = tables.policies.at(slot) else { return };
        let (policy, path) = (&row.object, self.path_in_server(&tables.policies, slot, "policies"));
        if !self.custom_server(&path, &row.owner) {
            return;
        }
        let position = |slot| self.path_in_server(&tables.policies, slot, "policies");
        let twin = self.other(&tables.policies, ID, slot, &policy.id).map(position);
        self.unique_id(&path, &policy.id, "00p", twin);
        for (index, client) in policy.conditions.clients.include.iter().enumerate() {
            if client != "ALL_CLIENTS" && tables.client(client).is_none() {
                let known =
                    tables.clients().flat_map(|app| [app.client_id(), app.label.as_str()]).chain(["ALL_CLIENTS"]);
                let path = format!("{path}/conditions/clients/include/{index}");
                let message = format!("no app has the client id or label `{client}`");
                self.unknown(path, "/apps", message, client, known);
            }
        }
    }

    pub(super) fn rule_path(&self, slot: u32) -> String {
        let tables = self.tables;
        let Some(row) = tables.rules.at(slot) else { return String::new() };
        let policy = tables.policies.slot(&row.owner);
        let policy = policy.map(|slot| self.path_in_server(&tables.policies, slot, "policies")).unwrap_or_default();
        let position = tables.rules.matches(OWNER, &row.owner).filter(|other| *other < slot).count();
        format!("{policy}/rules/{position}")
    }

    pub(super) fn rule(&mut self, slot: u32) {
        let tables = self.tables;
        let Some(row) = tables.rules.at(slot) else { return };
        let (rule, path) = (&row.object, self.rule_path(slot));
        let twin = self.other(&tables.rules, ID, slot, &rule.id).map(|slot| self.rule_path(slot));
        self.unique_id(&path, &rule.id, "0pr", twin);
        self.people(&format!("{path}/conditions/people"), &rule.conditions.people);
        let Some(policy) = tables.policies.get(&row.owner) else {
            return self.problem(path, format!("no access policy has the id `{}`", row.owner));
        };
        for (index, scope) in rule.conditions.scopes.include.iter().enumerate().filter(|(_, scope)| *scope != "*") {
            self.scope(format!("{path}/conditions/scopes/include/{index}"), &policy.owner, scope);
        }
        self.lifetimes(&format!("{path}/actions/token"), rule.actions.token.lifetimes());
        if let Some(hook) = &rule.actions.token.inline_hook {
            self.id(&format!("{path}/actions/token/inlineHook/id"), &hook.id, "cal");
        }
    }

    fn people(&mut self, path: &str, people: &People) {
        for (list, ids) in [("include", &people.groups.include), ("exclude", &people.groups.exclude)] {
            for (index, id) in ids.iter().enumerate().filter(|(_, id)| *id != "EVERYONE") {
                self.group(|| format!("{path}/groups/{list}/{index}"), id);
            }
        }
        for (list, ids) in [("include", &people.users.include), ("exclude", &people.users.exclude)] {
            for (index, id) in ids.iter().enumerate() {
                self.user(|| format!("{path}/users/{list}/{index}"), id);
            }
        }
    }

    pub(super) fn session_policy(&mut self, slot: u32, policy: &GlobalSessionPolicy) {
        let tables = self.tables;
        let position = |slot| format!("/globalSessionPolicies/{}", tables.session_policies.position(slot));
        let path = position(slot);
        let twin = self.other(&tables.session_policies, ID, slot, &policy.id).map(position);
        let access = tables.policies.slot(&policy.id);
        let access = access.map(|slot| self.path_in_server(&tables.policies, slot, "policies"));
        self.unique_id(&path, &policy.id, "00p", access.or(twin));
        self.people(&format!("{path}/conditions/people"), &policy.conditions.people);
        for (index, rule) in policy.rules.iter().enumerate() {
            let rule_path = format!("{path}/rules/{index}");
            let access = tables.rules.slot(&rule.id).map(|slot| self.rule_path(slot));
            let twin = access.or_else(|| self.earlier_session_rule(slot, index, &rule.id));
            self.unique_id(&rule_path, &rule.id, "0pr", twin);
            self.people(&format!("{rule_path}/conditions/people"), &rule.conditions.people);
            let idle = rule.actions.signon.session.max_session_idle_minutes;
            let place = format!("{rule_path}/actions/signon/session/maxSessionIdleMinutes");
            self.bounded(place, idle, 1..=u32::MAX, "minutes");
        }
    }

    /// The path of an earlier rule of a session policy that has the id.
    fn earlier_session_rule(&self, slot: u32, index: usize, id: &str) -> Option<String> {
        let policies = self.tables.session_policies.slots().take_while(|(other, _)| *other <= slot);
        policies.enumerate().find_map(|(position, (other, policy))| {
            let earlier = if other == slot { &policy.rules[..index] } else { &policy.rules[..] };
            let found = earlier.iter().position(|rule| rule.id == id)?;
            Some(format!("/globalSessionPolicies/{position}/rules/{found}"))
        })
    }

    /// Okta: access token 5 minutes to 24 hours; refresh token unlimited (0) or from there to five years; window 10 minutes to
    /// five years.
    fn lifetimes(&mut self, path: &str, token: TokenLifetimes) {
        const FIVE_YEARS: u32 = 5 * 365 * 24 * 60;
        self.bounded(
            format!("{path}/accessTokenLifetimeMinutes"),
            token.access_token_lifetime_minutes,
            5..=1440,
            "minutes",
        );
        if token.refresh_token_lifetime_minutes != 0 {
            let range = token.access_token_lifetime_minutes..=FIVE_YEARS;
            if let Some(message) = out_of_bounds(token.refresh_token_lifetime_minutes, &range, "minutes, or 0") {
                let depends_on = vec![format!("{path}/accessTokenLifetimeMinutes")];
                self.problem_of(format!("{path}/refreshTokenLifetimeMinutes"), depends_on, message);
            }
        }
        self.bounded(
            format!("{path}/refreshTokenWindowMinutes"),
            token.refresh_token_window_minutes,
            10..=FIVE_YEARS,
            "minutes",
        );
    }
}
