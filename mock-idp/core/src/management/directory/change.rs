//! Changes of objects.

use serde_json::{Map, Value};

use super::view::{find, show};
use super::{COMPUTED, DirectoryLifecycle, DirectoryResource};
use crate::management::{ApiError, ApiErrorId, ManagementChange};
use crate::model::DirectoryObject;

/// Creates an object. `owner` is the id of the object that it belongs to, or empty.
///
/// # Errors
/// The body is not valid.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    resource: &DirectoryResource,
    owner: &str,
    body: Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut members = written(resource, body);
    if resource.lifecycle != DirectoryLifecycle::None {
        members.insert("status".to_owned(), "ACTIVE".into());
    }
    (resource.prepare)(change, &mut members, None)?;
    let now = change.now();
    let user = change.call.caller.user_id.clone();
    members.insert("system".to_owned(), false.into());
    for (name, value) in [("created", Some(&now)), ("createdBy", user.as_ref())] {
        members.insert(name.to_owned(), value.map(String::as_str).into());
    }
    let object = DirectoryObject { id: change.moment.id(resource.kind.prefix()), owner: owner.to_owned(), members };
    Ok(put(change, resource, object))
}

/// Replaces an object.
///
/// # Errors
/// No object has the id, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    resource: &DirectoryResource,
    id: &str,
    body: Map<String, Value>,
) -> Result<Value, ApiError> {
    let known = find(change.draft, resource, id)?.clone();
    let mut members = written(resource, body);
    if resource.lifecycle != DirectoryLifecycle::None {
        let written = members.get("status").and_then(Value::as_str);
        let kept = known.text("status").unwrap_or("ACTIVE");
        let status = match resource.lifecycle {
            DirectoryLifecycle::ByOperationsAndReplacing if matches!(written, Some("ACTIVE" | "INACTIVE")) => written,
            _ => Some(kept),
        };
        let status = status.map(str::to_owned);
        members.insert("status".to_owned(), status.into());
    }
    (resource.prepare)(change, &mut members, Some(&known))?;
    for name in COMPUTED {
        if let Some(value) = known.members.get(name) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    Ok(put(change, resource, DirectoryObject { id: known.id, owner: known.owner, members }))
}

/// Removes an object.
///
/// # Errors
/// No object has the id, or Okta made it.
pub fn remove(change: &mut ManagementChange<'_, '_>, resource: &DirectoryResource, id: &str) -> Result<(), ApiError> {
    let known = find(change.draft, resource, id)?;
    if known.is_system() {
        let reason = format!("{} is an object of Okta", known.name());
        return Err(ApiError::new(ApiErrorId::AccessDenied, reason));
    }
    change.draft.remove_object(resource.kind, id);
    change.draft.remove_objects_of(id);
    Ok(())
}

/// Activates or deactivates an object. An object that has the status already stays as it is.
///
/// # Errors
/// No object has the id.
pub fn set_status(
    change: &mut ManagementChange<'_, '_>,
    resource: &DirectoryResource,
    id: &str,
    active: bool,
) -> Result<Value, ApiError> {
    let mut object = find(change.draft, resource, id)?.clone();
    if object.is_active() == active {
        return Ok(show(change.draft, change.call, resource, &object));
    }
    let status = if active { "ACTIVE" } else { "INACTIVE" };
    object.members.insert("status".to_owned(), status.into());
    Ok(put(change, resource, object))
}

/// What a body may say: members of the resource that Okta does not compute. Okta: others are dropped, and null counts as left out.
fn written(resource: &DirectoryResource, body: Map<String, Value>) -> Map<String, Value> {
    let accepted = |name: &str| resource.members.contains(&name) && !COMPUTED.contains(&name);
    body.into_iter().filter(|(name, value)| accepted(name) && !value.is_null()).collect()
}

fn put(change: &mut ManagementChange<'_, '_>, resource: &DirectoryResource, mut object: DirectoryObject) -> Value {
    let user = change.call.caller.user_id.as_deref();
    object.members.insert("lastUpdated".to_owned(), change.now().into());
    object.members.insert("lastUpdatedBy".to_owned(), user.into());
    let shown = show(change.draft, change.call, resource, &object);
    change.draft.put_object(resource.kind, object);
    shown
}
