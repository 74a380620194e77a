//! The operations on rules of policies.

use serde_json::{Map, Value, json};

use super::complete::{rule_actions, rule_conditions};
use super::operations::{refuse_system, status_of_new};
use super::priorities::{behind, close_gaps, place};
use super::record::{self, PolicyRecord, is_system, priority};
use super::view;
use crate::management::{ApiError, BodyMembers, Causes, ManagementCall, ManagementChange};
use crate::org::Tables;
use crate::protocol::Parameters;

/// Answers a request for the rules of a policy, by priority.
///
/// # Errors
/// There is no such policy.
pub fn list_rules(org: &Tables, call: ManagementCall<'_>, policy_id: &str) -> Result<Vec<Value>, ApiError> {
    let policy = record::find(org, policy_id)?;
    let mut rules: Vec<&Map<String, Value>> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| (is_system(rule), priority(rule)));
    Ok(rules.into_iter().map(|rule| view::rule(call, policy_id, policy.kind, rule)).collect())
}

/// Answers a request for one rule.
///
/// # Errors
/// There is no such policy or rule.
pub fn get_rule(org: &Tables, call: ManagementCall<'_>, policy_id: &str, id: &str) -> Result<Value, ApiError> {
    let policy = record::find(org, policy_id)?;
    policy.rule(id).map(|rule| view::rule(call, policy_id, policy.kind, rule))
}

/// Creates a rule. Okta: `activate` is true by default.
///
/// # Errors
/// There is no such policy, or the body is not a rule.
pub fn create_rule(
    change: &mut ManagementChange<'_, '_>,
    policy_id: &str,
    query: &Parameters,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let policy = record::find(change.draft, policy_id)?;
    let mut rule = Map::new();
    rule.insert("id".to_owned(), change.moment.id(policy.kind.prefixes[1]).into());
    rule.insert("status".to_owned(), status_of_new(query).into());
    rule.insert("created".to_owned(), change.now().into());
    rule.insert("system".to_owned(), false.into());
    write(&policy, &mut rule, BodyMembers::of(body))?;
    keep(change, policy, rule, BodyMembers::of(body))
}

/// Replaces a rule. Okta: its status stays, and a rule of the system only takes other actions.
///
/// # Errors
/// There is no such policy or rule, or the body is not a rule.
pub fn replace_rule(
    change: &mut ManagementChange<'_, '_>,
    policy_id: &str,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let policy = record::find(change.draft, policy_id)?;
    let mut rule = policy.rule(id)?.clone();
    write(&policy, &mut rule, BodyMembers::of(body))?;
    keep(change, policy, rule, BodyMembers::of(body))
}

fn write(policy: &PolicyRecord, rule: &mut Map<String, Value>, read: BodyMembers<'_>) -> Result<(), ApiError> {
    let system = is_system(rule);
    let mut causes = Causes::default();
    let name = causes.required("name", read.text("name")?);
    causes.into_result()?;
    let same_name = |other: &&Map<String, Value>| other.get("name").is_some_and(|other| other == name);
    if policy.rules.iter().filter(|other| other.get("id") != rule.get("id")).any(|other| same_name(&other)) {
        return Err(ApiError::invalid("name", "An object with this field already exists in the current organization"));
    }
    let members = |name| read.object(name).map(|object| object.map(|object| json!(object.all())));
    let (conditions, actions) = (members("conditions")?, members("actions")?);
    if !system {
        rule.insert("name".to_owned(), name.into());
        let conditions = rule_conditions(policy.kind, &conditions.unwrap_or_default());
        rule.insert("conditions".to_owned(), conditions);
    }
    if let Some(actions) = actions {
        rule.insert("actions".to_owned(), rule_actions(policy.kind, &actions));
    }
    Ok(())
}

/// Stores a rule at its place.
fn keep(
    change: &mut ManagementChange<'_, '_>,
    mut policy: PolicyRecord,
    mut rule: Map<String, Value>,
    read: BodyMembers<'_>,
) -> Result<Value, ApiError> {
    rule.insert("lastUpdated".to_owned(), change.now().into());
    let wanted = read.integer("priority")?.and_then(|priority| u64::try_from(priority).ok());
    let known = rule.contains_key("priority").then(|| priority(&rule));
    policy.rules.retain(|other| other.get("id") != rule.get("id"));
    policy.rules.sort_by_key(|rule| (is_system(rule), priority(rule)));
    if is_system(&rule) {
        // It stays the last.
    } else if policy.kind.keeps_priority {
        let own = wanted.or(known).unwrap_or_else(|| behind(&policy.rules));
        rule.insert("priority".to_owned(), own.into());
    } else {
        let mut members: Vec<_> = policy.rules.iter_mut().collect();
        place(&mut members, &mut rule, wanted.or(known));
    }
    let shown = view::rule(change.call, &policy.id, policy.kind, &rule);
    policy.rules.push(rule);
    policy.rules.sort_by_key(|rule| (is_system(rule), priority(rule)));
    record::put(change.draft, policy)?;
    Ok(shown)
}

/// Activates or deactivates a rule.
///
/// # Errors
/// There is no such policy or rule, or it is one of the system.
pub fn set_rule_status(
    change: &mut ManagementChange<'_, '_>,
    policy_id: &str,
    id: &str,
    active: bool,
) -> Result<(), ApiError> {
    let mut policy = record::find(change.draft, policy_id)?;
    refuse_system(is_system(policy.rule(id)?))?;
    let (status, now) = (if active { "ACTIVE" } else { "INACTIVE" }, change.now());
    for rule in policy.rules.iter_mut().filter(|rule| rule.get("id").is_some_and(|known| known == id)) {
        if rule.insert("status".to_owned(), status.into()) != Some(status.into()) {
            rule.insert("lastUpdated".to_owned(), now.as_str().into());
        }
    }
    record::put(change.draft, policy)
}

/// Removes a rule.
///
/// # Errors
/// There is no such policy or rule, or it is one of the system.
pub fn remove_rule(change: &mut ManagementChange<'_, '_>, policy_id: &str, id: &str) -> Result<(), ApiError> {
    let mut policy = record::find(change.draft, policy_id)?;
    refuse_system(is_system(policy.rule(id)?))?;
    policy.rules.retain(|rule| rule.get("id").is_none_or(|known| known != id));
    if !policy.kind.keeps_priority {
        close_gaps(policy.rules.iter_mut());
    }
    record::put(change.draft, policy)
}
