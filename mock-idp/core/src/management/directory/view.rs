//! Objects in answers.

use serde_json::{Map, Value};

use super::DirectoryResource;
use crate::management::filter::{Filter, read_json};
use crate::management::{ApiError, ListQuery, ListedPage, ManagementCall};
use crate::model::DirectoryObject;
use crate::moment::timestamp;
use crate::org::{CREATED, Tables};
use crate::protocol::Parameters;

/// The object with an id.
///
/// # Errors
/// No object has the id.
pub fn find<'t>(org: &'t Tables, resource: &DirectoryResource, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    org.object(resource.kind, id).ok_or_else(|| ApiError::not_found(id, resource.type_name))
}

/// Answers a request for one object.
///
/// # Errors
/// No object has the id.
pub fn get(org: &Tables, call: ManagementCall<'_>, resource: &DirectoryResource, id: &str) -> Result<Value, ApiError> {
    find(org, resource, id).map(|object| show(org, call, resource, object))
}

/// Answers a request for a list. `path` is that of the list. `q` is the beginning of a name, `filter` is about any member.
///
/// # Errors
/// An invalid limit, cursor or filter.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    resource: &DirectoryResource,
    path: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let beginning = query.get("q").map(str::to_lowercase).unwrap_or_default();
    list_where(org, call, resource, path, query, &|object| object.name().to_lowercase().starts_with(&beginning))
}

/// Answers a request for a list that may be one of the objects of a type. `q` is a part of a name.
///
/// # Errors
/// An invalid limit, cursor or filter.
pub fn list_of_type(
    org: &Tables,
    call: ManagementCall<'_>,
    resource: &DirectoryResource,
    path: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let kind = query.get("type");
    let part = query.get("q").map(str::to_lowercase).unwrap_or_default();
    list_where(org, call, resource, path, query, &|object| {
        (kind.is_none() || kind == object.text("type")) && object.name().to_lowercase().contains(&part)
    })
}

fn list_where(
    org: &Tables,
    call: ManagementCall<'_>,
    resource: &DirectoryResource,
    path: &str,
    query: &Parameters,
    wanted: &dyn Fn(&DirectoryObject) -> bool,
) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, resource.list)?;
    let filter = query.get("filter").map(Filter::parse).transpose()?;
    let mut objects: Vec<(&DirectoryObject, Value)> = org
        .objects(resource.kind)
        .filter(|object| wanted(object))
        .map(|object| (object, show(org, call, resource, object)))
        .filter(|(_, shown)| {
            filter.as_ref().is_none_or(|filter| filter.accepts(&|path, visit| read_json(shown, path, visit)))
        })
        .collect();
    // Okta: what it made itself comes first.
    objects.sort_by_key(|(object, _)| !object.is_system());
    let (page, next) = paging.page(&objects, |(object, _)| &object.id)?;
    let shown = page.into_iter().map(|(_, shown)| shown.clone()).collect();
    Ok(paging.repeating_in_next(query, &["type"]).listed(call, path, shown, next))
}

/// An object as answers show it.
#[must_use]
pub fn show(org: &Tables, call: ManagementCall<'_>, resource: &DirectoryResource, object: &DirectoryObject) -> Value {
    let mut shown = Map::new();
    for name in resource.members {
        if *name == "id" {
            shown.insert("id".to_owned(), object.id.as_str().into());
        } else if let Some(value) = object.members.get(*name) {
            shown.insert((*name).to_owned(), value.clone());
        } else if ["created", "lastUpdated"].contains(name) {
            // A document need not say when an object was created.
            shown.insert((*name).to_owned(), timestamp(CREATED).into());
        }
    }
    let links = (resource.links)(org, call, object);
    if !links.is_null() {
        shown.insert("_links".to_owned(), links);
    }
    let mut shown = Value::Object(shown);
    for pointer in resource.kind.secrets() {
        hide(&mut shown, pointer);
    }
    shown
}

fn hide(shown: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = shown.pointer_mut(parent) {
        members.shift_remove(name);
    }
}
