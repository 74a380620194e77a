//! Changes of the rules of authentication policies and global session policies.

use serde_json::{Value, json};

use crate::model::DirectoryKind;
use crate::org::{Draft, Tables};

/// Makes a rule active.
pub(super) fn activate(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| rule["status"] = "ACTIVE".into())
}

/// Lets a rule allow access.
pub(super) fn allow(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| {
        let action = &mut rule["actions"]["appSignOn"];
        action["access"] = "ALLOW".into();
        // Okta: a rule that denies access has none.
        if action["verificationMethod"].is_null() {
            action["verificationMethod"] = one_factor();
        }
    })
}

/// Lets a rule demand one factor.
pub(super) fn demand_one_factor(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| rule["actions"]["appSignOn"]["verificationMethod"] = one_factor())
}

/// Excludes a user no longer, and includes the user where only some people are.
pub(super) fn cover(draft: &mut Draft, (policy, rule): (&str, &str), user: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| {
        let people = &mut rule["conditions"]["people"];
        if let Some(excluded) = people["users"]["exclude"].as_array_mut() {
            excluded.retain(|id| id != user);
        }
        let lists = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
        if lists(&people["users"]["include"]) || lists(&people["groups"]["include"]) {
            match people["users"]["include"].as_array_mut() {
                Some(included) if included.iter().any(|id| id == user) => {}
                Some(included) => included.push(user.into()),
                None => people["users"]["include"] = json!([user]),
            }
        }
    })
}

/// Lets a rule of a global session policy allow access.
pub(super) fn allow_session(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    let mut policy = draft.session_policies().find(|known| known.id == policy)?.clone();
    let rule = policy.rules.iter_mut().find(|known| known.id == rule)?;
    rule.actions.signon.access = Some("ALLOW".to_owned());
    draft.put_session_policy(policy);
    Some(())
}

/// Changes a rule of an authentication policy; `None` if it stays the same.
fn change_rule(draft: &mut Draft, policy: &str, rule: &str, change: impl FnOnce(&mut Value)) -> Option<()> {
    let mut policy = draft.object(DirectoryKind::Policy, policy)?.clone();
    let rules = policy.members.get_mut("rules")?.as_array_mut()?;
    let rule = rules.iter_mut().find(|known| known["id"] == rule)?;
    let before = rule.clone();
    change(rule);
    let is_same = *rule == before;
    draft.put_object(DirectoryKind::Policy, policy);
    (!is_same).then_some(())
}

fn one_factor() -> Value {
    json!({ "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT12H" })
}

/// The names of a rule and of its authentication policy.
pub(super) fn named(org: &Tables, policy: &str, rule: &str) -> String {
    let Some(policy) = org.object(DirectoryKind::Policy, policy) else { return rule.to_owned() };
    let mut rules = policy.members.get("rules").and_then(Value::as_array).into_iter().flatten();
    let name = rules.find(|known| known["id"] == rule).and_then(|rule| rule["name"].as_str()).unwrap_or(rule);
    format!("\"{name}\" of authentication policy \"{}\"", policy.name())
}

/// The names of a rule and of its global session policy.
pub(super) fn session_rule(org: &Tables, policy: &str, rule: &str) -> String {
    let Some(policy) = org.session_policies().find(|known| known.id == policy) else { return rule.to_owned() };
    let name = policy.rules.iter().find(|known| known.id == rule).map_or(rule, |rule| &rule.name);
    format!("\"{name}\" of global session policy \"{}\"", policy.name)
}
