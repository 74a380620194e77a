//! Global session policies that never apply, because a wider one stands before them.

use serde_json::Value;

use super::Lint;
use crate::model::{GlobalSessionPolicy, GlobalSessionRule, People, SessionConditions};

impl Lint<'_> {
    pub(super) fn session_policies(&mut self) {
        let org = self.org;
        let mut policies: Vec<(usize, &GlobalSessionPolicy)> =
            org.session_policies().enumerate().filter(|(_, policy)| policy.status.is_active()).collect();
        policies.sort_by_key(|(_, policy)| policy.priority);
        for (rank, (index, policy)) in policies.iter().enumerate() {
            let path = format!("/globalSessionPolicies/{index}");
            let people = &policy.conditions.people;
            let wider = policies[..rank].iter().find(|(_, earlier)| self.covers(&earlier.conditions.people, people));
            if let Some((_, wider)) = wider {
                let message = format!(
                    "the global session policy `{}` never applies: `{}` before it applies to all of its users",
                    policy.name, wider.name
                );
                self.warn(path, message);
            } else {
                self.session_rules(&path, policy);
            }
        }
    }

    fn session_rules(&mut self, path: &str, policy: &GlobalSessionPolicy) {
        let mut rules: Vec<(usize, &GlobalSessionRule)> =
            policy.rules.iter().enumerate().filter(|(_, rule)| rule.status.is_active()).collect();
        rules.sort_by_key(|(_, rule)| rule.priority);
        for (rank, (index, rule)) in rules.iter().enumerate() {
            let people = &rule.conditions.people;
            let wider = rules[..rank].iter().find(|(_, earlier)| {
                is_about_people_only(&earlier.conditions) && self.covers(&earlier.conditions.people, people)
            });
            if let Some((_, wider)) = wider {
                let message = format!(
                    "the rule `{}` is never reached: `{}` before it applies to all of its users",
                    rule.name, wider.name
                );
                self.warn(format!("{path}/rules/{index}"), message);
            }
        }
    }

    /// Whether a condition includes all people of another. One without inclusions includes everyone.
    fn covers(&self, wide: &People, narrow: &People) -> bool {
        let within = |few: &[String], many: &[String]| few.iter().all(|id| many.contains(id));
        let is_everyone = |id: &String| id == "EVERYONE" || Some(id.as_str()) == self.org.everyone();
        let all = |people: &People| {
            people.groups.include.iter().any(is_everyone)
                || (people.users.include.is_empty() && people.groups.include.is_empty())
        };
        within(&wide.users.exclude, &narrow.users.exclude)
            && within(&wide.groups.exclude, &narrow.groups.exclude)
            && (all(wide)
                || (!all(narrow)
                    && within(&narrow.users.include, &wide.users.include)
                    && within(&narrow.groups.include, &wide.groups.include)))
    }
}

/// Whether only the people decide if a rule applies.
fn is_about_people_only(conditions: &SessionConditions) -> bool {
    let SessionConditions { people: _, network, auth_context, risk, risk_score, identity_provider } = conditions;
    let is_any = |condition: &Option<Value>, name: &str, any: &str| {
        condition.as_ref().and_then(|condition| condition[name].as_str()).is_none_or(|value| value == any)
    };
    let behaviors = risk.as_ref().and_then(|risk| risk["behaviors"].as_array());
    is_any(network, "connection", "ANYWHERE")
        && is_any(auth_context, "authType", "ANY")
        && is_any(risk_score, "level", "ANY")
        && is_any(identity_provider, "provider", "ANY")
        && behaviors.is_none_or(Vec::is_empty)
}
