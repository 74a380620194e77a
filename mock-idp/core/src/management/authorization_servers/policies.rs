//! The access policies of a server. Okta: `/api/v1/authorizationServers/{id}/policies`.

use serde_json::{Map, Value, json};

use super::find;
use crate::management::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange};
use crate::model::{AccessPolicy, AuthorizationServer, Include, PolicyConditions, Status};
use crate::moment::timestamp;
use crate::org::{Tables, Times};

/// The policies of a server, by priority.
fn all(org: &Tables, server: &AuthorizationServer) -> Vec<AccessPolicy> {
    let mut all: Vec<AccessPolicy> = org.policies(&server.id).cloned().collect();
    all.sort_by_key(|policy| policy.priority);
    all
}

/// A policy of a server.
pub(super) fn find_policy<'t>(
    org: &'t Tables,
    server: &AuthorizationServer,
    id: &str,
) -> Result<&'t AccessPolicy, ApiError> {
    let found = org.policies(&server.id).find(|policy| policy.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "Policy"))
}

/// Answers a request for the policies of a server.
///
/// # Errors
/// There is no such server.
pub fn list(org: &Tables, call: ManagementCall<'_>, server_id: &str) -> Result<Vec<Value>, ApiError> {
    let server = find(org, server_id)?;
    Ok(all(org, server).iter().map(|policy| view(org, call, server, policy)).collect())
}

/// Answers a request for one policy.
///
/// # Errors
/// There is no such server or policy.
pub fn get(org: &Tables, call: ManagementCall<'_>, server_id: &str, id: &str) -> Result<Value, ApiError> {
    let server = find(org, server_id)?;
    find_policy(org, server, id).map(|policy| view(org, call, server, policy))
}

/// Creates a policy, or replaces the one with that id. Okta: its status and its rules stay.
///
/// # Errors
/// There is no such server or policy, or the body is not a policy.
pub fn put(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    id: Option<&str>,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let server = find(change.draft, server_id)?.clone();
    let known = id.map(|id| find_policy(change.draft, &server, id).cloned()).transpose()?;
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?).to_owned();
    causes.length("name", &name, 0..=100);
    let description = body.text("description")?.unwrap_or_default().to_owned();
    causes.length("description", &description, 0..=255);
    let other = |policy: &&AccessPolicy| known.as_ref().is_none_or(|known| known.id != policy.id);
    if change.draft.policies(&server.id).filter(other).any(|policy| policy.name == name) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    let clients = body.object("conditions")?.map(|conditions| conditions.object("clients")).transpose()?.flatten();
    let include = clients.map(|clients| clients.texts("include")).transpose()?.flatten().unwrap_or_default();
    let wanted = body.integer("priority")?.and_then(|priority| u32::try_from(priority).ok());
    let policy = AccessPolicy {
        id: known.as_ref().map_or_else(|| change.moment.id("00p"), |known| known.id.clone()),
        name,
        description,
        status: known.as_ref().map_or(Status::Active, |known| known.status),
        priority: wanted.or(known.map(|known| known.priority)).unwrap_or(u32::MAX),
        conditions: PolicyConditions { clients: Include { include } },
        rules: Vec::new(),
    };
    let id = policy.id.clone();
    place(change, &server, policy);
    Ok(view(change.draft, change.call, &server, find_policy(change.draft, &server, &id)?))
}

/// Stores a policy at its priority. Okta: policies are numbered from 1 without gaps.
fn place(change: &mut ManagementChange<'_, '_>, server: &AuthorizationServer, policy: AccessPolicy) {
    let mut ordered = all(change.draft, server);
    ordered.retain(|other| other.id != policy.id);
    let position = (policy.priority.max(1) as usize - 1).min(ordered.len());
    let own = policy.id.clone();
    ordered.insert(position, policy);
    for (policy, priority) in ordered.into_iter().zip(1..) {
        if policy.id == own || policy.priority != priority {
            change.draft.put_policy(&server.id, AccessPolicy { priority, ..policy });
        }
    }
}

/// Activates or deactivates a policy.
///
/// # Errors
/// There is no such server or policy.
pub fn set_status(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    id: &str,
    status: Status,
) -> Result<(), ApiError> {
    let server = find(change.draft, server_id)?;
    find_policy(change.draft, server, id)?;
    change.draft.change_policy(id, |policy| (policy.status != status).then(|| policy.status = status));
    Ok(())
}

/// Removes a policy with its rules.
///
/// # Errors
/// There is no such server or policy.
pub fn remove(change: &mut ManagementChange<'_, '_>, server_id: &str, id: &str) -> Result<(), ApiError> {
    let server = find(change.draft, server_id)?.clone();
    find_policy(change.draft, &server, id)?;
    change.draft.remove_policy(id);
    for (policy, priority) in all(change.draft, &server).into_iter().zip(1..) {
        if policy.priority != priority {
            change.draft.put_policy(&server.id, AccessPolicy { priority, ..policy });
        }
    }
    Ok(())
}

fn view(org: &Tables, call: ManagementCall<'_>, server: &AuthorizationServer, policy: &AccessPolicy) -> Value {
    let times = org.times(&policy.id).unwrap_or(Times { created: 0, last_updated: 0 });
    let own = format!("/api/v1/authorizationServers/{}/policies/{}", server.path_name(), policy.id);
    let operation = if policy.status.is_active() { "deactivate" } else { "activate" };
    let links = Links::at(call.base())
        .allowing("self", &own, &["GET", "PUT", "DELETE"])
        .allowing("rules", &format!("{own}/rules"), &["GET"])
        .allowing(operation, &format!("{own}/lifecycle/{operation}"), &["POST"]);
    json!({
        "id": policy.id,
        "status": policy.status,
        "name": policy.name,
        "description": policy.description,
        "priority": policy.priority,
        "system": false,
        "conditions": policy.conditions,
        "created": timestamp(times.created),
        "lastUpdated": timestamp(times.last_updated),
        "_links": links.into_value(),
        "type": "OAUTH_AUTHORIZATION_POLICY",
    })
}
