//! The user and the scopes of a request, as the conditions of policy rules compare them.

use std::sync::Arc;

use serde_json::Value;

use super::circumstances::Circumstances;
use crate::model::{IncludeExclude, People, User};
use crate::org::{CompiledRule, Tables};
use crate::protocol::{Scopes, is_oidc};
use crate::trace::{Person, Unmet};

/// The user of a request, prepared for the people conditions of every rule.
pub(super) struct PolicySubject<'a> {
    id: &'a str,
    everyone: Option<&'a str>,
    /// Sorted, because rules search for each group that they list.
    groups: Vec<&'a str>,
    /// The id of the user type; empty: the default type.
    user_type: &'a str,
    person: Arc<Person>,
}

impl<'a> PolicySubject<'a> {
    pub(super) fn new(org: &'a Tables, user: &'a User) -> Self {
        let mut groups: Vec<&str> = org.group_ids(user).collect();
        let names = groups.iter().filter_map(|id| org.group(id)).map(|group| group.profile.name.clone());
        let person = Arc::new(Person { login: user.profile.login.clone(), groups: names.collect() });
        groups.sort_unstable();
        let user_type = user.user_type.as_ref().map_or("", |user_type| &user_type.id);
        Self { id: &user.id, everyone: org.everyone(), groups, user_type, person }
    }

    fn in_any(&self, listed: &[String]) -> bool {
        listed
            .iter()
            .any(|id| self.groups.binary_search(&id.as_str()).is_ok() || (id == "EVERYONE" && self.everyone.is_some()))
    }

    pub(super) fn unmet(&self, people: &People) -> Option<Unmet> {
        let person = || Arc::clone(&self.person);
        if people.users.exclude.iter().any(|id| id == self.id) {
            return Some(Unmet::UserExcluded(person()));
        }
        if self.in_any(&people.groups.exclude) {
            return Some(Unmet::GroupExcluded(person()));
        }
        let included = people.users.include.iter().any(|id| id == self.id) || self.in_any(&people.groups.include);
        (!included).then(|| Unmet::NotIncluded(person()))
    }

    /// The same for policies about sign-ins: there, a condition without inclusions covers everyone.
    pub(super) fn unmet_or_everyone(&self, people: &People) -> Option<Unmet> {
        match self.unmet(people) {
            Some(Unmet::NotIncluded(_)) if people.users.include.is_empty() && people.groups.include.is_empty() => None,
            other => other,
        }
    }

    /// Why conditions of a policy about sign-ins do not hold. `circumstances`: where the sign-in comes from, if the policy may depend on it.
    pub(super) fn unmet_in(&self, conditions: &Value, circumstances: Option<Circumstances<'_>>) -> Option<String> {
        let list = |path: &str| -> Vec<String> {
            let listed = conditions.pointer(path).and_then(Value::as_array).into_iter().flatten();
            listed.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let lists = |name: &str| IncludeExclude {
            include: list(&format!("{name}/include")),
            exclude: list(&format!("{name}/exclude")),
        };
        let people = People { users: lists("/people/users"), groups: lists("/people/groups") };
        if let Some(unmet) = self.unmet_or_everyone(&people) {
            return Some(format!("{} does not hold", unmet.condition()));
        }
        let types = lists("/userType");
        let is_own = |id: &String| id == self.user_type;
        if types.exclude.iter().any(is_own) || !(types.include.is_empty() || types.include.iter().any(is_own)) {
            return Some("the condition on user types does not hold".to_owned());
        }
        // No device here is registered or managed.
        if conditions.pointer("/device/registered") == Some(&Value::Bool(true)) {
            return Some("the condition on devices does not hold: here none is registered".to_owned());
        }
        let level = conditions.pointer("/riskScore/level").and_then(Value::as_str).unwrap_or("ANY");
        if !matches!(level, "ANY" | "LOW") {
            return Some(format!("the condition on the risk does not hold: here it is LOW, and not {level}"));
        }
        if let Some(circumstances) = circumstances {
            return circumstances.unmet_in(conditions);
        }
        let unknown = [
            ("network", conditions.pointer("/network/connection").is_some_and(|connection| connection != "ANYWHERE")),
            ("platform", listed_any(&conditions["platform"])),
            (
                "expressions",
                conditions
                    .pointer("/elCondition/condition")
                    .and_then(Value::as_str)
                    .is_some_and(|text| !text.is_empty()),
            ),
        ];
        let unknown = unknown.into_iter().find_map(|(name, given)| given.then_some(name))?;
        Some(format!("the mock does not evaluate its condition on {unknown}"))
    }
}

/// Whether a condition on platforms excludes some.
fn listed_any(platform: &Value) -> bool {
    let included = platform["include"].as_array().into_iter().flatten();
    let mut limits =
        included.filter(|one| one["type"] != "ANY" || one.pointer("/os/type").is_some_and(|os| os != "ANY"));
    limits.next().is_some()
}

/// The requested scopes, prepared for the scope conditions of every rule.
pub(super) struct RequestedScopes<'a> {
    /// With whether it is a scope of OpenID Connect.
    scopes: Vec<(&'a str, bool)>,
    /// The scopes that the last rule does not cover: often the same for the next.
    last: Arc<[String]>,
}

impl<'a> RequestedScopes<'a> {
    pub(super) fn new(scopes: &'a Scopes) -> Self {
        Self { scopes: scopes.iter().map(|scope| (scope, is_oidc(scope))).collect(), last: Arc::default() }
    }

    /// The scopes that a rule does not cover, if any: as of [`CompiledRule::covers`].
    pub(super) fn uncovered(&mut self, rule: &CompiledRule) -> Option<Arc<[String]>> {
        let is_uncovered = |(scope, oidc): &&(&str, bool)| {
            !rule.any_scope && (rule.names_oidc || !oidc) && !rule.summary.scopes.iter().any(|known| known == scope)
        };
        let uncovered = || self.scopes.iter().filter(is_uncovered).map(|(scope, _)| *scope);
        uncovered().next()?;
        if !uncovered().eq(self.last.iter().map(String::as_str)) {
            self.last = uncovered().map(str::to_owned).collect();
        }
        Some(Arc::clone(&self.last))
    }
}
