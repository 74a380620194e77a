//! The resources of resource sets.

use serde_json::{Map, Value, json};

use super::views::{resource_set_path, show_resource_set};
use super::{LinkedObject, find, held, hold, list_links, next_path, orn};
use crate::management::{ApiError, BodyMembers, Links, ListQuery, ListStyle, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::Parameters;

const KIND: DirectoryKind = DirectoryKind::ResourceSet;

/// Adds a resource to those of a set, unless it is there. Okta does not check that it exists.
pub(super) fn add(
    change: &mut ManagementChange<'_, '_>,
    held: &mut Vec<Value>,
    resource: &str,
    conditions: Value,
) -> Result<Value, ApiError> {
    let orn = name(change, resource)?;
    if let Some(known) = held.iter().find(|known| known["orn"] == orn) {
        return Ok(known.clone());
    }
    let now = change.now();
    let mut resource = json!({ "id": change.moment.id("ire"), "orn": orn, "created": now, "lastUpdated": now });
    if !conditions.is_null() {
        resource["conditions"] = conditions;
    }
    held.push(resource.clone());
    Ok(resource)
}

fn name(change: &ManagementChange<'_, '_>, resource: &str) -> Result<String, ApiError> {
    if orn::is_name(resource) {
        return Ok(resource.to_owned());
    }
    let org = &*change.draft;
    let app_name = |id: &str| org.app(id).map(|app| app.name.clone());
    let known = orn::of_url(change.call.base(), &org.identity().id, app_name, resource);
    known.ok_or_else(|| ApiError::invalid("resources", "The field has an invalid value"))
}

/// Answers a request for the resources of a set.
///
/// # Errors
/// There is no such set, or an invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, set: &str, query: &Parameters) -> Result<LinkedObject, ApiError> {
    let set = find(org, KIND, set)?;
    let own = resource_set_path(set);
    let path = format!("{own}/resources");
    let resources = held(set, "resources");
    // Okta: 100 resources unless the request has another limit.
    let paging = ListQuery::read(query, ListStyle::paged(100, 1000))?;
    let (page, next) = paging.page(&resources, |resource| resource["id"].as_str().unwrap_or_default())?;
    let shown: Vec<Value> = page.into_iter().map(|resource| show(call, set, resource).object).collect();
    let next = next_path(&path, &paging, next);
    let links = list_links(call, &path, next.as_deref(), Some(("resource-set", &own)));
    Ok(LinkedObject::new(call, &path, json!({ "resources": shown, "_links": links })))
}

/// Answers a request for one resource.
///
/// # Errors
/// There is no such set or resource.
pub fn get(org: &Tables, call: ManagementCall<'_>, set: &str, id: &str) -> Result<LinkedObject, ApiError> {
    let set = find(org, KIND, set)?;
    let resources = held(set, "resources");
    Ok(show(call, set, &resources[position(&resources, id)?]))
}

/// Adds a resource with conditions to a set.
///
/// # Errors
/// There is no such set, or the body is not valid.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    set: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let set = find(change.draft, KIND, set)?.clone();
    let read = BodyMembers::of(body);
    let Some(resource) = read.text("resourceOrnOrUrl")? else {
        return Err(ApiError::invalid("resourceOrnOrUrl", "The field cannot be left blank"));
    };
    let mut resources = held(&set, "resources");
    let added = add(change, &mut resources, resource, conditions(read)?)?;
    hold(change, KIND, &set.id, "resources", resources);
    Ok(show(change.call, &set, &added))
}

/// Adds resources to a set.
///
/// # Errors
/// There is no such set, or the body is not valid.
pub fn extend(
    change: &mut ManagementChange<'_, '_>,
    set: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let set = find(change.draft, KIND, set)?.clone();
    let mut resources = held(&set, "resources");
    for resource in BodyMembers::of(body).texts("additions")?.unwrap_or_default() {
        add(change, &mut resources, &resource, Value::Null)?;
    }
    hold(change, KIND, &set.id, "resources", resources);
    find(change.draft, KIND, &set.id).map(|set| show_resource_set(change.call, set))
}

/// Replaces the conditions of a resource.
///
/// # Errors
/// There is no such set or resource, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    set: &str,
    id: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let set = find(change.draft, KIND, set)?.clone();
    let mut resources = held(&set, "resources");
    let known = &mut resources[position(&held(&set, "resources"), id)?];
    known["conditions"] = conditions(BodyMembers::of(body))?;
    known["lastUpdated"] = change.now().into();
    let shown = show(change.call, &set, known);
    hold(change, KIND, &set.id, "resources", resources);
    Ok(shown)
}

/// Removes a resource from a set.
///
/// # Errors
/// There is no such set or resource.
pub fn remove(change: &mut ManagementChange<'_, '_>, set: &str, id: &str) -> Result<(), ApiError> {
    let set = find(change.draft, KIND, set)?.clone();
    let mut resources = held(&set, "resources");
    resources.remove(position(&resources, id)?);
    hold(change, KIND, &set.id, "resources", resources);
    Ok(())
}

fn position(resources: &[Value], id: &str) -> Result<usize, ApiError> {
    let found = resources.iter().position(|resource| resource["id"] == id);
    found.ok_or_else(|| ApiError::not_found(id, "ResourceSetResource"))
}

fn conditions(body: BodyMembers<'_>) -> Result<Value, ApiError> {
    Ok(body.object("conditions")?.map_or(Value::Null, |conditions| json!(conditions.all())))
}

/// Okta: `self` is the resource, `resource` its place in the set.
fn show(call: ManagementCall<'_>, set: &DirectoryObject, resource: &Value) -> LinkedObject {
    let id = resource["id"].as_str().unwrap_or_default();
    let path = format!("{}/resources/{id}", resource_set_path(set));
    let mut links = Links::at(call.base());
    if let Some(target) = resource["orn"].as_str().and_then(orn::path) {
        links = links.bare("self", &target);
    }
    let mut object = resource.clone();
    object["_links"] = links.bare("resource", &path).in_order();
    LinkedObject::new(call, &path, object)
}
