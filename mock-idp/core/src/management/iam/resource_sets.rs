//! Resource sets.

use serde_json::{Map, Value, json};

use super::{LinkedObject, described, find, list_links, put, resources};
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::ResourceSet;
const PATH: &str = "/api/v1/iam/resource-sets";

/// Answers a request for all sets. Okta: the links come first.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> LinkedObject {
    let sets: Vec<Value> = org.objects(KIND).map(|set| show(call, set).object).collect();
    LinkedObject::new(call, PATH, json!({ "_links": list_links(call, PATH, None, None), "resource-sets": sets }))
}

/// Answers a request for a set by id or label.
///
/// # Errors
/// There is no such set.
pub fn get(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<LinkedObject, ApiError> {
    find(org, KIND, name).map(|set| show(call, set))
}

/// Creates a set.
///
/// # Errors
/// The body is not valid.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<LinkedObject, ApiError> {
    let read = BodyMembers::of(body);
    let mut members = described(change, KIND, None, read)?;
    let mut held = Vec::new();
    for resource in read.texts("resources")?.unwrap_or_default() {
        resources::add(change, &mut held, &resource, Value::Null)?;
    }
    if held.is_empty() {
        return Err(ApiError::invalid("resources", "The field cannot be left blank"));
    }
    members.insert("resources".to_owned(), held.into());
    let set = put(change, KIND, None, members);
    Ok(show(change.call, &set))
}

/// Replaces label and description of a set.
///
/// # Errors
/// There is no such set, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let known = find(change.draft, KIND, name)?.clone();
    let mut members = described(change, KIND, Some(&known), BodyMembers::of(body))?;
    for name in ["resources", "bindings"] {
        members.extend(known.members.get_key_value(name).map(|(name, list)| (name.clone(), list.clone())));
    }
    let set = put(change, KIND, Some(&known), members);
    Ok(show(change.call, &set))
}

/// Removes a set with its bindings.
///
/// # Errors
/// There is no such set.
pub fn remove(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<(), ApiError> {
    let id = find(change.draft, KIND, name)?.id.clone();
    change.draft.remove_object(KIND, &id);
    Ok(())
}

pub(super) fn path(set: &DirectoryObject) -> String {
    format!("{PATH}/{}", set.id)
}

fn show(call: ManagementCall<'_>, set: &DirectoryObject) -> LinkedObject {
    let path = path(set);
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
