//! The events of a changed policy: those of its rules, and one of the policy if more than its rules has changed.

use serde_json::{Map, Value, json};

use crate::model::{DirectoryObject, GlobalSessionPolicy};
use crate::system_log::{EventEntity, EventType, LogEvent};

/// The events of rules, and whether the policy has changed as well.
pub(super) struct PolicyChanges {
    pub(super) rules: Vec<LogEvent>,
    pub(super) policy: bool,
}

pub(super) fn of_directory(before: &DirectoryObject, after: &DirectoryObject, policy: &EventEntity) -> PolicyChanges {
    let listed = |object: &DirectoryObject| object.members.get("rules").and_then(Value::as_array).cloned();
    let rules = of_rules(&listed(before).unwrap_or_default(), &listed(after).unwrap_or_default(), policy);
    let is_touched = before.text("lastUpdated") != after.text("lastUpdated");
    let computed = ["rules", "lastUpdated", "lastUpdatedBy", "priority"];
    // A policy that only makes room for another one has not changed.
    let has_changed = without(&before.members, &computed) != without(&after.members, &computed);
    let policy = has_changed || is_touched && rules.is_empty();
    PolicyChanges { rules, policy }
}

pub(super) fn of_session(
    before: &GlobalSessionPolicy,
    after: &GlobalSessionPolicy,
    policy: &EventEntity,
) -> PolicyChanges {
    let listed = |policy: &GlobalSessionPolicy| json!(policy.rules).as_array().cloned().unwrap_or_default();
    let rules = of_rules(&listed(before), &listed(after), policy);
    let mut rest = before.clone();
    rest.rules.clone_from(&after.rules);
    let policy = rest != *after || rules.is_empty();
    PolicyChanges { rules, policy }
}

fn of_rules(before: &[Value], after: &[Value], policy: &EventEntity) -> Vec<LogEvent> {
    let same = |rules: &[Value], rule: &Value| rules.iter().position(|other| other["id"] == rule["id"]);
    let changed = after.iter().filter_map(|rule| {
        let kind = match same(before, rule) {
            None => EventType::RuleAdd,
            Some(place) => change(&before[place], rule)?,
        };
        Some((kind, rule))
    });
    let removed = before.iter().filter(|rule| same(after, rule).is_none()).map(|rule| (EventType::RuleDelete, rule));
    let event = |(kind, rule): (EventType, &Value)| {
        let text = |name: &str| rule[name].as_str().unwrap_or_default();
        LogEvent::new(kind).on(EventEntity::new("PolicyRule", text("id"), text("name"))).on(policy.clone())
    };
    changed.chain(removed).map(event).collect()
}

/// The event of a rule that was there before. A rule that only makes room for another one has none.
fn change(before: &Value, after: &Value) -> Option<EventType> {
    let is_active = |rule: &Value| rule["status"] != "INACTIVE";
    if is_active(before) != is_active(after) {
        return Some(if is_active(after) { EventType::RuleActivate } else { EventType::RuleDeactivate });
    }
    let is_touched = before["lastUpdated"] != after["lastUpdated"];
    let content = |rule: &Value| rule.as_object().map(|rule| without(rule, &["lastUpdated", "priority"]));
    (is_touched || content(before) != content(after)).then_some(EventType::RuleUpdate)
}

fn without(members: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let kept = members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}
