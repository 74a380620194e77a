//! Custom roles.

use serde_json::{Map, Value, json};

use super::{LinkedObject, bindings, described, find, hold, list_links, permissions, put};
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::CustomRole;
const PATH: &str = "/api/v1/iam/roles";

/// Answers a request for all roles.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> LinkedObject {
    let roles: Vec<Value> = org.objects(KIND).map(|role| show(call, role).object).collect();
    let object = json!({ "roles": roles, "_links": list_links(call, PATH, None, None) });
    LinkedObject::new(call, PATH, object)
}

/// Answers a request for a role by id or label.
///
/// # Errors
/// There is no such role.
pub fn get(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<LinkedObject, ApiError> {
    find(org, KIND, name).map(|role| show(call, role))
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
    let labels: indexmap::IndexSet<String> = labels.into_iter().collect();
    let granted: Vec<Value> = labels.iter().map(|label| permissions::permission(change, label, Value::Null)).collect();
    members.insert("permissions".to_owned(), granted.into());
    let role = put(change, KIND, None, members);
    Ok(show(change.call, &role))
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
    Ok(show(change.call, &role))
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

pub(super) fn path(role: &DirectoryObject) -> String {
    format!("{PATH}/{}", role.id)
}

fn show(call: ManagementCall<'_>, role: &DirectoryObject) -> LinkedObject {
    let path = path(role);
    let links = Links::at(call.base()).bare("permissions", &format!("{path}/permissions")).bare("self", &path);
    let own = |name: &str| role.members.get(name).cloned().unwrap_or_default();
    let object = json!({
        "id": role.id,
        "label": own("label"),
        "isCloneable": false,
        "description": own("description"),
        "created": own("created"),
        "lastUpdated": own("lastUpdated"),
        "_links": links.into_value(),
    });
    LinkedObject::new(call, &path, object)
}
