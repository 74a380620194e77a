//! Resource sets.

use serde_json::{Map, Value, json};

use super::views::{RESOURCE_SETS, show_resource_set};
use super::{LinkedObject, described, find, list_links, put, resources};
use crate::management::{ApiError, BodyMembers, ManagementCall, ManagementChange};
use crate::model::DirectoryKind;
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::ResourceSet;

/// Answers a request for all sets. Okta: the links come first.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> LinkedObject {
    let sets: Vec<Value> = org.objects(KIND).map(|set| show_resource_set(call, set).object).collect();
    LinkedObject::new(
        call,
        RESOURCE_SETS,
        json!({ "_links": list_links(call, RESOURCE_SETS, None, None), "resource-sets": sets }),
    )
}

/// Answers a request for a set by id or label.
///
/// # Errors
/// There is no such set.
pub fn get(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<LinkedObject, ApiError> {
    find(org, KIND, name).map(|set| show_resource_set(call, set))
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
    Ok(show_resource_set(change.call, &set))
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
    Ok(show_resource_set(change.call, &set))
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
