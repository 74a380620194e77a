//! Bindings: the users and groups that have a custom role for the resources of a set.

use serde_json::{Map, Value, json};

use super::catalogue::{self, Operation};
use super::views::resource_set_path;
use super::{LinkedObject, find, held, hold, list_links};
use crate::management::role_scope::Reach;
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::ResourceSet;

/// Answers a request for the roles that are bound to a set.
///
/// # Errors
/// There is no such set.
pub fn list(org: &Tables, call: ManagementCall<'_>, set: &str) -> Result<LinkedObject, ApiError> {
    let set = find(org, KIND, set)?;
    let own = resource_set_path(set);
    let roles: Vec<Value> = held(set, "bindings")
        .iter()
        .map(|binding| {
            let path = binding_path(set, binding);
            let links = Links::at(call.base()).bare("self", &path).bare("members", &format!("{path}/members"));
            json!({ "id": binding["role"], "_links": links.into_value() })
        })
        .collect();
    let path = format!("{own}/bindings");
    let links = list_links(call, &path, None, Some(("resource-set", &own)));
    Ok(LinkedObject::new(call, &path, json!({ "roles": roles, "_links": links })))
}

/// Binds a role to a set, for members. A role that is bound already gets more members.
///
/// # Errors
/// There is no such set, role or member.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    set: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let set = find(change.draft, KIND, set)?.clone();
    let read = BodyMembers::of(body);
    let Some(role) = read.text("role")? else {
        return Err(ApiError::invalid("role", "The field cannot be left blank"));
    };
    let role = find(change.draft, DirectoryKind::CustomRole, role)?.id.clone();
    let mut bindings = held(&set, "bindings");
    if !bindings.iter().any(|binding| binding["role"] == role) {
        bindings.push(json!({ "role": role, "members": [] }));
    }
    let bound = position(change.draft, &bindings, &role)?;
    add_members(change, &mut bindings[bound], read.texts("members")?.unwrap_or_default())?;
    let shown = edited(change.call, &set, &bindings[bound]);
    hold(change, KIND, &set.id, "bindings", bindings);
    Ok(shown)
}

/// Answers a request for the binding of a role.
///
/// # Errors
/// There is no such set, or the role is not bound to it.
pub fn get(org: &Tables, call: ManagementCall<'_>, set: &str, role: &str) -> Result<LinkedObject, ApiError> {
    let (set, binding) = bound(org, set, role)?;
    let path = binding_path(set, &binding);
    let links = Links::at(call.base())
        .bare("self", &path)
        .bare("resource-set", &resource_set_path(set))
        .bare("members", &format!("{path}/members"));
    Ok(LinkedObject::new(call, &path, json!({ "id": binding["role"], "_links": links.into_value() })))
}

/// Removes the binding of a role.
///
/// # Errors
/// There is no such set, or the role is not bound to it.
pub fn remove(change: &mut ManagementChange<'_, '_>, set: &str, role: &str) -> Result<(), ApiError> {
    let (set, binding) = bound(change.draft, set, role)?;
    let (id, left) = (set.id.clone(), without_role(set, binding["role"].as_str().unwrap_or_default()));
    hold(change, KIND, &id, "bindings", left);
    Ok(())
}

/// Answers a request for the members of a binding.
///
/// # Errors
/// There is no such set, or the role is not bound to it.
pub fn members(org: &Tables, call: ManagementCall<'_>, set: &str, role: &str) -> Result<LinkedObject, ApiError> {
    let (set, binding) = bound(org, set, role)?;
    let own = binding_path(set, &binding);
    let path = format!("{own}/members");
    let shown: Vec<Value> = existing(org, &binding).map(|member| show_member(call, member)).collect();
    let links = list_links(call, &path, None, Some(("binding", &own)));
    Ok(LinkedObject::new(call, &path, json!({ "members": shown, "_links": links })))
}

/// Adds members to a binding.
///
/// # Errors
/// There is no such set or member, or the role is not bound to the set.
pub fn extend(
    change: &mut ManagementChange<'_, '_>,
    set: &str,
    role: &str,
    body: &Map<String, Value>,
) -> Result<LinkedObject, ApiError> {
    let additions = BodyMembers::of(body).texts("additions")?.unwrap_or_default();
    let (set, mut binding) = bound(change.draft, set, role).map(|(set, binding)| (set.clone(), binding))?;
    add_members(change, &mut binding, additions)?;
    let shown = edited(change.call, &set, &binding);
    replace(change, &set, binding);
    Ok(shown)
}

/// Answers a request for one member of a binding.
///
/// # Errors
/// There is no such set or member, or the role is not bound to the set.
pub fn member(
    org: &Tables,
    call: ManagementCall<'_>,
    set: &str,
    role: &str,
    id: &str,
) -> Result<LinkedObject, ApiError> {
    let (set, binding) = bound(org, set, role)?;
    let found = existing(org, &binding).find(|member| member["id"] == id);
    let member = found.ok_or_else(|| ApiError::not_found(id, "ResourceSetBindingMember"))?;
    let path = format!("{}/members/{id}", binding_path(set, &binding));
    Ok(LinkedObject::new(call, &path, show_member(call, member)))
}

/// Removes a member from a binding.
///
/// # Errors
/// There is no such set or member, or the role is not bound to the set.
pub fn remove_member(change: &mut ManagementChange<'_, '_>, set: &str, role: &str, id: &str) -> Result<(), ApiError> {
    member(change.draft, change.call, set, role, id)?;
    let (set, mut binding) = bound(change.draft, set, role).map(|(set, binding)| (set.clone(), binding))?;
    if let Some(members) = binding["members"].as_array_mut() {
        members.retain(|member| member["id"] != id);
    }
    replace(change, &set, binding);
    Ok(())
}

/// The bindings of a set without that of a role.
pub(super) fn without_role(set: &DirectoryObject, role: &str) -> Vec<Value> {
    held(set, "bindings").into_iter().filter(|binding| binding["role"] != role).collect()
}

/// Whether a user is a member of a binding, not by a group.
pub(super) fn has_role(org: &Tables, user_id: &str) -> bool {
    let path = format!("/api/v1/users/{user_id}");
    let mut bindings = org.objects(KIND).flat_map(|set| held(set, "bindings"));
    bindings.any(|binding| existing(org, &binding).any(|member| member["path"] == path))
}

/// What the custom roles of a user reach whose permissions admit an operation; the user has them by a binding of the user or of one of
/// the user's groups.
pub(in crate::management) fn reaches(org: &Tables, user: &User, operation: Operation<'_>) -> Vec<Reach> {
    let own = format!("/api/v1/users/{}", user.id);
    let paths: Vec<String> = org.group_ids(user).map(|id| format!("/api/v1/groups/{id}")).chain([own]).collect();
    let is_member = |binding: &Value| {
        let mut members = binding["members"].as_array().into_iter().flatten();
        members.any(|member| member["path"].as_str().is_some_and(|path| paths.iter().any(|own| own == path)))
    };
    let permits = |binding: &Value| {
        let role = binding["role"].as_str().and_then(|role| org.object(DirectoryKind::CustomRole, role));
        let permissions = role.map(|role| held(role, "permissions")).unwrap_or_default();
        permissions
            .iter()
            .any(|permission| permission["label"].as_str().is_some_and(|label| catalogue::admits(label, operation)))
    };
    let binds =
        |set: &&DirectoryObject| held(set, "bindings").iter().any(|binding| is_member(binding) && permits(binding));
    let reach = |set: &DirectoryObject| {
        let resources = held(set, "resources");
        Reach::of_resources(resources.iter().filter_map(|resource| resource["orn"].as_str()))
    };
    org.objects(KIND).filter(binds).map(reach).collect()
}

fn bound<'t>(org: &'t Tables, set: &str, role: &str) -> Result<(&'t DirectoryObject, Value), ApiError> {
    let set = find(org, KIND, set)?;
    let bindings = held(set, "bindings");
    let position = position(org, &bindings, role)?;
    Ok((set, bindings[position].clone()))
}

/// Where the binding of a role is, by its id or label.
fn position(org: &Tables, bindings: &[Value], role: &str) -> Result<usize, ApiError> {
    let id = &find(org, DirectoryKind::CustomRole, role)?.id;
    let found = bindings.iter().position(|binding| binding["role"] == id.as_str());
    found.ok_or_else(|| ApiError::not_found(role, "ResourceSetBinding"))
}

fn replace(change: &mut ManagementChange<'_, '_>, set: &DirectoryObject, binding: Value) {
    let mut bindings = held(set, "bindings");
    for known in bindings.iter_mut().filter(|known| known["role"] == binding["role"]) {
        *known = binding.clone();
    }
    hold(change, KIND, &set.id, "bindings", bindings);
}

/// Adds users and groups by their URLs. Okta: a member has an id of its own.
fn add_members(change: &mut ManagementChange<'_, '_>, binding: &mut Value, urls: Vec<String>) -> Result<(), ApiError> {
    for url in urls {
        let path = member_path(change.draft, &url)?;
        let now = change.now();
        let Some(members) = binding["members"].as_array_mut() else { continue };
        if !members.iter().any(|member| member["path"] == path) {
            members.push(json!({ "id": change.moment.id("irb"), "path": path, "created": now, "lastUpdated": now }));
        }
    }
    Ok(())
}

fn member_path(org: &Tables, url: &str) -> Result<String, ApiError> {
    let mut parts = url.rsplit('/');
    let (id, list) = (parts.next().unwrap_or_default(), parts.next());
    let (exists, type_name) = match list {
        Some("users") => (org.user(id).is_some(), "User"),
        Some("groups") => (org.group(id).is_some(), "UserGroup"),
        _ => return Err(ApiError::invalid("members", "The field has an invalid value")),
    };
    if !exists {
        return Err(ApiError::not_found(id, type_name));
    }
    Ok(format!("/api/v1/{}/{id}", list.unwrap_or_default()))
}

/// The members whose users and groups exist.
fn existing<'b>(org: &'b Tables, binding: &'b Value) -> impl Iterator<Item = &'b Value> {
    let members = binding["members"].as_array().into_iter().flatten();
    members.filter(|member| member["path"].as_str().is_some_and(|path| member_path(org, path).is_ok()))
}

fn binding_path(set: &DirectoryObject, binding: &Value) -> String {
    format!("{}/bindings/{}", resource_set_path(set), binding["role"].as_str().unwrap_or_default())
}

/// What Okta answers to a change of a binding.
fn edited(call: ManagementCall<'_>, set: &DirectoryObject, binding: &Value) -> LinkedObject {
    let (own, path) = (resource_set_path(set), binding_path(set, binding));
    let links = Links::at(call.base())
        .bare("self", &path)
        .bare("resource-set", &own)
        .bare("bindings", &format!("{own}/bindings"));
    LinkedObject::new(call, &path, json!({ "_links": links.into_value() }))
}

/// Okta: a member links to its user or group.
fn show_member(call: ManagementCall<'_>, member: &Value) -> Value {
    let links = Links::at(call.base()).bare("self", member["path"].as_str().unwrap_or_default());
    json!({
        "id": member["id"], "created": member["created"], "lastUpdated": member["lastUpdated"], "_links": links.into_value(),
    })
}
