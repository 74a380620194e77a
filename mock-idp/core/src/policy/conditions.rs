//! The user and the scopes of a request, as the conditions of policy rules compare them.

use std::sync::Arc;

use crate::model::{People, User};
use crate::org::{CompiledRule, Org};
use crate::protocol::{Scopes, is_oidc};
use crate::trace::{Person, Unmet};

/// The user of a request, prepared for the people conditions of every rule.
pub(super) struct PolicySubject<'a> {
    id: &'a str,
    everyone: Option<&'a str>,
    /// Sorted, because rules search for each group that they list.
    groups: Vec<&'a str>,
    person: Arc<Person>,
}

impl<'a> PolicySubject<'a> {
    pub(super) fn new(org: &'a Org, user: &'a User) -> Self {
        let mut groups: Vec<&str> = org.group_ids(user).collect();
        let names = groups.iter().filter_map(|id| org.group(id)).map(|group| group.profile.name.clone());
        let person = Arc::new(Person { login: user.profile.login.clone(), groups: names.collect() });
        groups.sort_unstable();
        Self { id: &user.id, everyone: org.everyone(), groups, person }
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
