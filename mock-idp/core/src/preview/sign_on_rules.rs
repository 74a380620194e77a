//! Changes of the rules of authentication policies and global session policies.

use serde_json::{Map, Value, json};

use crate::model::DirectoryKind;
use crate::org::{Draft, Tables};

/// Makes a rule active.
pub(super) fn activate(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| {
        rule.as_object_mut()?.insert("status".to_owned(), "ACTIVE".into());
        Some(())
    })
}

/// Lets a rule allow access.
pub(super) fn allow(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    change_rule(draft, policy, rule, allow_access)
}

fn allow_access(rule: &mut Value) -> Option<()> {
    let action = object_at(rule, &["actions", "appSignOn"])?;
    action.insert("access".to_owned(), "ALLOW".into());
    // Okta: a rule that denies access has none.
    if action.get("verificationMethod").is_none_or(Value::is_null) {
        action.insert("verificationMethod".to_owned(), one_factor());
    }
    Some(())
}

/// Lets a rule demand one factor.
pub(super) fn demand_one_factor(draft: &mut Draft, policy: &str, rule: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| {
        object_at(rule, &["actions", "appSignOn"])?.insert("verificationMethod".to_owned(), one_factor());
        Some(())
    })
}

/// Excludes a user no longer, and includes the user where only some people are.
pub(super) fn cover(draft: &mut Draft, (policy, rule): (&str, &str), user: &str) -> Option<()> {
    change_rule(draft, policy, rule, |rule| cover_user(rule, user))
}

fn cover_user(rule: &mut Value, user: &str) -> Option<()> {
    let excluded = rule.pointer_mut("/conditions/people/users/exclude");
    if let Some(excluded) = excluded.and_then(Value::as_array_mut) {
        excluded.retain(|id| id != user);
    }
    let lists = |path: &str| rule.pointer(path).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    if lists("/conditions/people/users/include") || lists("/conditions/people/groups/include") {
        let included = object_at(rule, &["conditions", "people", "users"])?.entry("include").or_insert(Value::Null);
        match included.as_array_mut() {
            Some(included) if included.iter().any(|id| id == user) => {}
            Some(included) => included.push(user.into()),
            None => *included = json!([user]),
        }
    }
    Some(())
}

/// The object below these members, which are created where they are missing. `None`: one of them is not an object.
fn object_at<'v>(value: &'v mut Value, names: &[&str]) -> Option<&'v mut Map<String, Value>> {
    let mut object = value.as_object_mut()?;
    for name in names {
        let member = object.entry(*name).or_insert(Value::Null);
        if member.is_null() {
            *member = json!({});
        }
        object = member.as_object_mut()?;
    }
    Some(object)
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
fn change_rule(
    draft: &mut Draft,
    policy: &str,
    rule: &str,
    change: impl FnOnce(&mut Value) -> Option<()>,
) -> Option<()> {
    let mut policy = draft.object(DirectoryKind::Policy, policy)?.clone();
    let rules = policy.members.get_mut("rules")?.as_array_mut()?;
    let rule = rules.iter_mut().find(|known| known["id"] == rule)?;
    let before = rule.clone();
    change(rule)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_are_not_objects_stay() {
        for mut rule in [json!({ "actions": [] }), json!({ "actions": { "appSignOn": "x" } }), json!("x")] {
            let before = rule.clone();
            assert_eq!((allow_access(&mut rule), &rule), (None, &before));
        }
        for mut rule in [
            json!({ "conditions": "x" }),
            json!({ "conditions": { "people": [] } }),
            json!({ "conditions": { "people": { "users": "x" } } }),
            json!({ "conditions": { "people": { "users": { "exclude": "x" } } } }),
            json!({}),
        ] {
            let before = rule.clone();
            assert_eq!((cover_user(&mut rule, "u"), &rule), (Some(()), &before));
        }
        let mut rule = json!({ "conditions": { "people": { "users": [], "groups": { "include": ["g"] } } } });
        assert_eq!(cover_user(&mut rule, "u"), None);
    }

    #[test]
    fn missing_objects_are_created() {
        let mut rule = json!({ "actions": null });
        assert_eq!(allow_access(&mut rule), Some(()));
        let action = json!({ "access": "ALLOW", "verificationMethod": one_factor() });
        assert_eq!(rule, json!({ "actions": { "appSignOn": action } }));
        let mut rule = json!({ "conditions": { "people": { "groups": { "include": ["g"] } } } });
        assert_eq!(cover_user(&mut rule, "u"), Some(()));
        assert_eq!(rule["conditions"]["people"]["users"]["include"], json!(["u"]));
    }
}
