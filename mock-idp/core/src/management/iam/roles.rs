//! Custom roles.

use serde_json::{Map, Value, json};

use super::views::{ROLES, show_role};
use super::{LinkedObject, bindings, described, find, hold, list_links, permissions, put};
use crate::management::{ApiError, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::CustomRole;

/// Answers a request for all roles.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> LinkedObject {
    let roles: Vec<Value> = org.objects(KIND).map(|role| show_role(call, role).object).collect();
    let object = json!({ "roles": roles, "_links": list_links(call, ROLES, None, None) });
    LinkedObject::new(call, ROLES, object)
}

/// Answers a request for a role by id or label.
///
/// # Errors
/// There is no such role.
pub fn get(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<LinkedObject, ApiError> {
    find(org, KIND, name).map(|role| show_role(call, role))
}

/// Creates a role.
///
/// # Errors
/// The body is not valid.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<LinkedObject, ApiError> {
    let read = BodyMembers::of(body);
    let mut members = described(change, KIND, None, read)?;
    let labels = read.texts("permissions")?.unwrap_or_default();
    if labels.is_empty() {
        return Err(ApiError::invalid("permissions", "The field cannot be left blank"));
    }
    permissions::check_labels(&labels)?;
    let labels: indexmap::IndexSet<String> = labels.into_iter().collect();
    let granted: Vec<Value> = labels.iter().map(|label| permissions::permission(change, label, Value::Null)).collect();
    members.insert("permissions".to_owned(), granted.into());
    let role = put(change, KIND, None, members);
    Ok(show_role(change.call, &role))
}

/// Replaces label and description of a role.
///
/// # Errors
/// There is no such role, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let known = find(change.draft, KIND, name)?.clone();
    let mut members = described(change, KIND, Some(&known), BodyMembers::of(body))?;
    members.extend(known.members.get_key_value("permissions").map(|(name, list)| (name.clone(), list.clone())));
    let role = put(change, KIND, Some(&known), members);
    Ok(show_role(change.call, &role))
}

/// Removes a role and its bindings.
///
/// # Errors
/// There is no such role.
pub fn remove(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<(), ApiError> {
    let id = find(change.draft, KIND, name)?.id.clone();
    let sets: Vec<DirectoryObject> = change.draft.objects(DirectoryKind::ResourceSet).cloned().collect();
    for set in sets {
        let left = bindings::without_role(&set, &id);
        hold(change, DirectoryKind::ResourceSet, &set.id, "bindings", left);
    }
    change.draft.remove_object(KIND, &id);
    Ok(())
}
