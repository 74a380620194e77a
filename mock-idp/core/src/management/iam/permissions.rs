//! The permissions of custom roles.

use serde_json::{Map, Value, json};

use super::views::role_path;
use super::{LinkedObject, catalogue, find, held, hold};
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::CustomRole;

/// A permission that is granted now.
pub(super) fn permission(change: &ManagementChange<'_, '_>, label: &str, conditions: Value) -> Value {
    let now = change.now();
    json!({ "label": label, "created": now, "lastUpdated": now, "conditions": conditions })
}

/// Answers a request for the permissions of a role.
///
/// # Errors
/// There is no such role.
pub fn list(org: &Tables, call: ManagementCall<'_>, role: &str) -> Result<LinkedObject, ApiError> {
    let role = find(org, KIND, role)?;
    let permissions: Vec<Value> =
        held(role, "permissions").iter().map(|permission| show(call, role, permission).object).collect();
    Ok(LinkedObject::new(call, &format!("{}/permissions", role_path(role)), json!({ "permissions": permissions })))
}

/// Answers a request for one permission of a role.
///
/// # Errors
/// There is no such role, or it lacks the permission.
pub fn get(org: &Tables, call: ManagementCall<'_>, role: &str, label: &str) -> Result<LinkedObject, ApiError> {
    let role = find(org, KIND, role)?;
    let permissions = held(role, "permissions");
    Ok(show(call, role, &permissions[position(&permissions, label)?]))
}

/// Grants a permission. A role that has it already gets its conditions.
///
/// # Errors
/// There is no such role, or the body is not valid.
pub fn grant(change: &mut ManagementChange<'_, '_>, role: &str, label: &str, body: &Value) -> Result<(), ApiError> {
    let role = find(change.draft, KIND, role)?.clone();
    check_labels(&[label.to_owned()])?;
    let body = body.as_object().ok_or_else(|| ApiError::not_well_formed("the body is not an object"))?;
    let conditions = conditions(body)?;
    let mut permissions = held(&role, "permissions");
    match position(&permissions, label) {
        Ok(known) => set_conditions(change, &mut permissions[known], conditions),
        Err(_) => permissions.push(permission(change, label, conditions)),
    }
    hold(change, KIND, &role.id, "permissions", permissions);
    Ok(())
}

/// Replaces the conditions of a permission.
///
/// # Errors
/// There is no such role, it lacks the permission, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    role: &str,
    label: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let role = find(change.draft, KIND, role)?.clone();
    let mut permissions = held(&role, "permissions");
    let known = position(&permissions, label)?;
    set_conditions(change, &mut permissions[known], conditions(body)?);
    let shown = show(change.call, &role, &permissions[known]);
    hold(change, KIND, &role.id, "permissions", permissions);
    Ok(shown)
}

/// Takes a permission from a role.
///
/// # Errors
/// There is no such role, or it lacks the permission.
pub fn revoke(change: &mut ManagementChange<'_, '_>, role: &str, label: &str) -> Result<(), ApiError> {
    let role = find(change.draft, KIND, role)?.clone();
    let mut permissions = held(&role, "permissions");
    permissions.remove(position(&permissions, label)?);
    hold(change, KIND, &role.id, "permissions", permissions);
    Ok(())
}

/// Whether Okta has these permissions.
pub(super) fn check_labels(labels: &[String]) -> Result<(), ApiError> {
    match labels.iter().find(|label| !catalogue::is_known(label)) {
        Some(label) => Err(ApiError::invalid("permissions", &format!("Invalid public permission name: {label}"))),
        None => Ok(()),
    }
}

fn position(permissions: &[Value], label: &str) -> Result<usize, ApiError> {
    let found = permissions.iter().position(|permission| permission["label"] == label);
    found.ok_or_else(|| ApiError::not_found(label, "Permission"))
}

/// Okta: which profile attributes the permission includes or excludes.
fn conditions(body: &Map<String, Value>) -> Result<Value, ApiError> {
    let Some(conditions) = BodyMembers::of(body).object("conditions")? else { return Ok(Value::Null) };
    for part in ["include", "exclude"] {
        conditions.object(part)?;
    }
    Ok(json!(conditions.all()))
}

fn set_conditions(change: &ManagementChange<'_, '_>, permission: &mut Value, conditions: Value) {
    permission["conditions"] = conditions;
    permission["lastUpdated"] = change.now().into();
}

fn show(call: ManagementCall<'_>, role: &DirectoryObject, permission: &Value) -> LinkedObject {
    let role = role_path(role);
    let path = format!("{role}/permissions/{}", permission["label"].as_str().unwrap_or_default());
    let mut object = permission.clone();
    object["_links"] = Links::at(call.base()).bare("role", &role).bare("self", &path).into_value();
    LinkedObject::new(call, &path, object)
}
