//! The rules of access policies. Okta: `/api/v1/authorizationServers/{id}/policies/{policy}/rules`.

use serde_json::{Map, Value, json};

use super::find;
use super::policies::find_policy;
use crate::management::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange, java_set, tolerant};
use crate::model::{AuthorizationServer, PolicyRule, RuleActions, RuleConditions, Status};
use crate::moment::timestamp;
use crate::org::{Tables, Times};
use crate::protocol::GrantType;

fn all(org: &Tables, policy_id: &str) -> Vec<PolicyRule> {
    let mut all: Vec<PolicyRule> = org.rules(policy_id).cloned().collect();
    all.sort_by_key(|rule| rule.priority);
    all
}

fn find_rule<'t>(org: &'t Tables, policy_id: &str, id: &str) -> Result<&'t PolicyRule, ApiError> {
    org.rules(policy_id).find(|rule| rule.id == id).ok_or_else(|| ApiError::not_found(id, "PolicyRule"))
}

/// Answers a request for the rules of a policy.
///
/// # Errors
/// There is no such server or policy.
pub fn list(org: &Tables, call: ManagementCall<'_>, server_id: &str, policy_id: &str) -> Result<Vec<Value>, ApiError> {
    let server = find(org, server_id)?;
    find_policy(org, server, policy_id)?;
    Ok(all(org, policy_id).iter().map(|rule| view(org, call, server, policy_id, rule)).collect())
}

/// Answers a request for one rule.
///
/// # Errors
/// There is no such server, policy or rule.
pub fn get(
    org: &Tables,
    call: ManagementCall<'_>,
    server_id: &str,
    policy_id: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let server = find(org, server_id)?;
    find_policy(org, server, policy_id)?;
    find_rule(org, policy_id, id).map(|rule| view(org, call, server, policy_id, rule))
}

/// Creates a rule, or replaces the one with that id. Okta: its status stays.
///
/// # Errors
/// There is no such server, policy or rule, or the body is not a rule.
pub fn put(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    policy_id: &str,
    id: Option<&str>,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let server = find(change.draft, server_id)?.clone();
    find_policy(change.draft, &server, policy_id)?;
    let known = id.map(|id| find_rule(change.draft, policy_id, id).cloned()).transpose()?;
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?).to_owned();
    let other = |rule: &&PolicyRule| known.as_ref().is_none_or(|known| known.id != rule.id);
    if change.draft.rules(policy_id).filter(other).any(|rule| rule.name == name) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    let wanted = body.integer("priority")?.and_then(|priority| u32::try_from(priority).ok());
    let rule = PolicyRule {
        id: known.as_ref().map_or_else(|| change.moment.id("0pr"), |known| known.id.clone()),
        name,
        status: known.as_ref().map_or(Status::Active, |known| known.status),
        priority: wanted.or(known.map(|known| known.priority)).unwrap_or(u32::MAX),
        conditions: conditions(body)?,
        actions: match body.object("actions")? {
            None => RuleActions::default(),
            Some(actions) => tolerant::read(Value::Object(actions.all().clone()))?,
        },
    };
    let id = rule.id.clone();
    place(change, policy_id, rule);
    Ok(view(change.draft, change.call, &server, policy_id, find_rule(change.draft, policy_id, &id)?))
}

/// Okta: grant types are required; no scopes are none.
fn conditions(body: BodyMembers<'_>) -> Result<RuleConditions, ApiError> {
    let Some(written) = body.object("conditions")? else {
        return Err(ApiError::invalid("conditions", "The field cannot be left blank"));
    };
    let mut members = written.all().clone();
    for (name, lists) in [("grantTypes", "include"), ("scopes", "include")] {
        let condition = members.entry(name).or_insert_with(|| json!({}));
        if let Some(condition) = condition.as_object_mut() {
            condition.entry(lists).or_insert_with(|| json!([]));
        }
    }
    let mut conditions: RuleConditions = tolerant::read(Value::Object(members))?;
    if written.value("people").is_none() {
        conditions.people = Default::default();
    }
    if conditions.grant_types.include.is_empty() {
        return Err(ApiError::invalid("grantTypes", "The field cannot be left blank"));
    }
    Ok(conditions)
}

/// Stores a rule at its priority. Okta: rules are numbered from 1 without gaps.
fn place(change: &mut ManagementChange<'_, '_>, policy_id: &str, rule: PolicyRule) {
    let mut ordered = all(change.draft, policy_id);
    ordered.retain(|other| other.id != rule.id);
    let position = (rule.priority.max(1) as usize - 1).min(ordered.len());
    let own = rule.id.clone();
    ordered.insert(position, rule);
    for (rule, priority) in ordered.into_iter().zip(1..) {
        if rule.id == own || rule.priority != priority {
            change.draft.put_rule(policy_id, PolicyRule { priority, ..rule });
        }
    }
}

/// Activates or deactivates a rule.
///
/// # Errors
/// There is no such server, policy or rule.
pub fn set_status(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    policy_id: &str,
    id: &str,
    status: Status,
) -> Result<(), ApiError> {
    let server = find(change.draft, server_id)?;
    find_policy(change.draft, server, policy_id)?;
    find_rule(change.draft, policy_id, id)?;
    change.draft.change_rule(id, |rule| (rule.status != status).then(|| rule.status = status));
    Ok(())
}

/// Removes a rule.
///
/// # Errors
/// There is no such server, policy or rule.
pub fn remove(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    policy_id: &str,
    id: &str,
) -> Result<(), ApiError> {
    let server = find(change.draft, server_id)?;
    find_policy(change.draft, server, policy_id)?;
    find_rule(change.draft, policy_id, id)?;
    change.draft.remove_rule(id);
    for (rule, priority) in all(change.draft, policy_id).into_iter().zip(1..) {
        if rule.priority != priority {
            change.draft.put_rule(policy_id, PolicyRule { priority, ..rule });
        }
    }
    Ok(())
}

fn view(
    org: &Tables,
    call: ManagementCall<'_>,
    server: &AuthorizationServer,
    policy_id: &str,
    rule: &PolicyRule,
) -> Value {
    let times = org.times(&rule.id).unwrap_or(Times { created: 0, last_updated: 0 });
    let own = format!("/api/v1/authorizationServers/{}/policies/{policy_id}/rules/{}", server.path_name(), rule.id);
    let operation = if rule.status.is_active() { "deactivate" } else { "activate" };
    let links = Links::at(call.base()).allowing("self", &own, &["GET", "PUT", "DELETE"]).allowing(
        operation,
        &format!("{own}/lifecycle/{operation}"),
        &["POST"],
    );
    json!({
        "id": rule.id,
        "status": rule.status,
        "name": rule.name,
        "priority": rule.priority,
        "created": timestamp(times.created),
        "lastUpdated": timestamp(times.last_updated),
        "system": false,
        "conditions": shown_conditions(&rule.conditions),
        "actions": rule.actions,
        "_links": links.into_value(),
        "type": "RESOURCE_ACCESS",
    })
}

/// Okta: the users that are left out are always listed, and grant types are a set.
fn shown_conditions(conditions: &RuleConditions) -> Value {
    let people = &conditions.people;
    let mut users = Map::new();
    if !people.users.include.is_empty() {
        users.insert("include".to_owned(), json!(people.users.include));
    }
    users.insert("exclude".to_owned(), json!(people.users.exclude));
    let mut shown = json!({ "users": users });
    if !people.groups.is_empty() {
        shown["groups"] = json!(people.groups);
    }
    let grants = conditions.grant_types.include.iter().map(|grant: &GrantType| grant.name().to_owned());
    json!({
        "people": shown,
        "grantTypes": { "include": java_set(grants) },
        "scopes": { "include": conditions.scopes.include },
    })
}
