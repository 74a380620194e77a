//! Custom roles, resource sets, and who has a role for the resources of a set. Okta: `/api/v1/iam/…`.

pub mod assignees;
pub mod bindings;
mod catalogue;
mod orn;
pub mod permissions;
pub mod resource_sets;
pub mod resources;
pub mod roles;
mod views;

use serde_json::{Map, Value};

use super::{ApiError, BodyMembers, Links, ListQuery, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

pub use catalogue::Operation;
pub(in crate::management) use catalogue::admits;
pub(in crate::management) use orn::{apps_made_from, path as path_of};

/// An object of an answer and its URL. Okta: the answers of this API have a `Link` header to themselves.
#[derive(Clone, Debug)]
pub struct LinkedObject {
    pub object: Value,
    pub url: String,
}

impl LinkedObject {
    fn new(call: ManagementCall<'_>, path: &str, object: Value) -> Self {
        Self { object, url: format!("{}{path}", call.base()) }
    }
}

/// The object with an id or label.
fn find<'t>(org: &'t Tables, kind: DirectoryKind, name: &str) -> Result<&'t DirectoryObject, ApiError> {
    let labelled = || org.objects(kind).find(|object| object.name() == name);
    // Okta: what the errors call the types.
    let type_name = if kind == DirectoryKind::CustomRole { "CustomRole" } else { "IAMPolicy" };
    org.object(kind, name).or_else(labelled).ok_or_else(|| ApiError::not_found(name, type_name))
}

/// Label and description of a body. `known` is the object that it replaces.
fn described(
    change: &ManagementChange<'_, '_>,
    kind: DirectoryKind,
    known: Option<&DirectoryObject>,
    body: BodyMembers<'_>,
) -> Result<Map<String, Value>, ApiError> {
    let label = body.text("label")?.unwrap_or_default();
    if label.trim().is_empty() {
        return Err(ApiError::invalid("label", "Label must be specified"));
    }
    let mut others = change.draft.objects(kind).filter(|object| known.is_none_or(|known| known.id != object.id));
    if others.any(|object| object.name() == label) {
        return Err(ApiError::invalid(
            "label",
            match kind {
                DirectoryKind::CustomRole => "There is already an admin role with this name.",
                _ => "An object with this field already exists in the current organization",
            },
        ));
    }
    let Some(description) = body.text("description")?.filter(|text| !text.trim().is_empty()) else {
        return Err(ApiError::invalid("description", "The field cannot be left blank"));
    };
    let members = [("label", label), ("description", description)];
    Ok(members.map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect())
}

/// What an object holds in a list of its own.
fn held(object: &DirectoryObject, name: &str) -> Vec<Value> {
    object.members.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Stores an object with a list of its own.
fn hold(change: &mut ManagementChange<'_, '_>, kind: DirectoryKind, id: &str, name: &str, list: Vec<Value>) {
    if let Some(object) = change.draft.object(kind, id) {
        let mut object = object.clone();
        object.members.insert(name.to_owned(), list.into());
        change.draft.put_object(kind, object);
    }
}

/// Stores an object that was created or replaced now.
fn put(
    change: &mut ManagementChange<'_, '_>,
    kind: DirectoryKind,
    known: Option<&DirectoryObject>,
    mut members: Map<String, Value>,
) -> DirectoryObject {
    let now = Value::from(change.now());
    let created = known.and_then(|known| known.members.get("created")).unwrap_or(&now);
    members.insert("created".to_owned(), created.clone());
    members.insert("lastUpdated".to_owned(), now);
    let id = known.map_or_else(|| change.moment.id(kind.prefix()), |known| known.id.clone());
    let object = DirectoryObject { id, owner: String::new(), members };
    change.draft.put_object(kind, object.clone());
    object
}

/// The links of a list: to itself, to the next page, and to what it belongs to.
fn list_links(call: ManagementCall<'_>, path: &str, next: Option<&str>, parent: Option<(&str, &str)>) -> Value {
    let mut links = Links::at(call.base());
    if let Some((name, path)) = parent {
        links = links.bare(name, path);
    }
    links = links.bare("self", path);
    if let Some(next) = next {
        links = links.bare("next", next);
    }
    links.into_value()
}

/// The path of the next page of a list, with the limit of this one.
fn next_path(path: &str, paging: &ListQuery, after: Option<String>) -> Option<String> {
    let limit = paging.limit.map(|limit| format!("&limit={limit}")).unwrap_or_default();
    after.map(|after| format!("{path}?after={after}{limit}"))
}
