//! Roles and resource sets as answers show them.

use serde_json::json;

use super::LinkedObject;
use crate::management::{Links, ManagementCall};
use crate::model::DirectoryObject;

pub(super) const ROLES: &str = "/api/v1/iam/roles";
pub(super) const RESOURCE_SETS: &str = "/api/v1/iam/resource-sets";

pub(super) fn role_path(role: &DirectoryObject) -> String {
    format!("{ROLES}/{}", role.id)
}

pub(super) fn show_role(call: ManagementCall<'_>, role: &DirectoryObject) -> LinkedObject {
    let path = role_path(role);
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

pub(super) fn resource_set_path(set: &DirectoryObject) -> String {
    format!("{RESOURCE_SETS}/{}", set.id)
}

pub(super) fn show_resource_set(call: ManagementCall<'_>, set: &DirectoryObject) -> LinkedObject {
    let path = resource_set_path(set);
    let links = Links::at(call.base())
        .bare("bindings", &format!("{path}/bindings"))
        .bare("self", &path)
        .bare("resources", &format!("{path}/resources"));
    let own = |name: &str| set.members.get(name).cloned().unwrap_or_default();
    let object = json!({
        "id": set.id,
        "label": own("label"),
        "description": own("description"),
        "created": own("created"),
        "lastUpdated": own("lastUpdated"),
        "_links": links.into_value(),
    });
    LinkedObject::new(call, &path, object)
}
