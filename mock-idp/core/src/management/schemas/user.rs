//! The schemas of user types.

use serde_json::{Map, Value, json};

use super::attribute::AttributeStyle;
use super::{AttributeRules, DRAFT_4, attributes, composition, merge, shown_definitions};
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::org::Tables;

/// The attributes of users of a type.
#[must_use]
pub fn user_attributes<'t>(org: &'t Tables, type_id: &str) -> Vec<AttributeRules<'t>> {
    org.objects_of(DirectoryKind::UserSchema, type_id).next().map(attributes).unwrap_or_default()
}

/// # Errors
/// No schema has the id.
pub fn show_user_schema(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    find(org, id).map(|schema| show(call, id, schema))
}

/// # Errors
/// No schema has the id, or the body is not valid.
pub fn update_user_schema(
    change: &mut ManagementChange<'_, '_>,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut schema = find(change.draft, id)?.clone();
    let removed = merge(&mut schema, BodyMembers::of(body), AttributeStyle::Directory)?;
    schema.members.insert("lastUpdated".to_owned(), change.now().into());
    forget(change, &schema, &removed);
    let shown = show(change.call, id, &schema);
    change.draft.put_object(DirectoryKind::UserSchema, schema);
    Ok(shown)
}

/// Okta: the values of an attribute that is removed are lost.
fn forget(change: &mut ManagementChange<'_, '_>, schema: &DirectoryObject, removed: &[String]) {
    if removed.is_empty() {
        return;
    }
    let is_default = schema.name() == "user";
    let of_type = |user: &&User| match &user.user_type {
        Some(kind) => kind.id == schema.owner,
        None => is_default,
    };
    let holds = |user: &&User| removed.iter().any(|name| user.profile.others.contains_key(name));
    let users: Vec<User> = change.draft.users().filter(of_type).filter(holds).cloned().collect();
    for mut user in users {
        user.profile.others.retain(|name, _| !removed.contains(name));
        change.draft.put_user(user);
    }
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    let found = match id {
        "default" => org.objects(DirectoryKind::UserSchema).find(|schema| schema.name() == "user"),
        id => org.object(DirectoryKind::UserSchema, id),
    };
    found.ok_or_else(|| ApiError::not_found(id, "CVDSchema"))
}

fn show(call: ManagementCall<'_>, id: &str, schema: &DirectoryObject) -> Value {
    let text = |name: &str| schema.members.get(name).cloned().unwrap_or_default();
    let links = Links::at(call.base())
        .related("self", &format!("/api/v1/meta/schemas/user/{}", schema.id), "GET")
        .related("type", &format!("/api/v1/meta/types/user/{}", schema.owner), "GET");
    json!({
        // Okta: without `/api/v1`.
        "id": format!("{}/meta/schemas/user/{id}", call.base()),
        "$schema": DRAFT_4,
        "name": text("name"),
        "title": text("title"),
        "description": text("description"),
        "lastUpdated": text("lastUpdated"),
        "created": text("created"),
        "definitions": shown_definitions(schema),
        "type": "object",
        "properties": composition(),
        "_links": links.into_value(),
    })
}
