//! The schema of groups.

use serde_json::{Map, Value, json};

use super::attribute::AttributeStyle;
use super::{AttributeRules, DRAFT_4, attributes, composition, merge, shown_definitions};
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, Group};
use crate::org::Tables;

/// The attributes of groups.
#[must_use]
pub fn group_attributes(org: &Tables) -> Vec<AttributeRules<'_>> {
    org.objects(DirectoryKind::GroupSchema).next().map(attributes).unwrap_or_default()
}

/// # Errors
/// The org has no schema of groups.
pub fn show_group_schema(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    find(org).map(|schema| show(call, schema))
}

/// # Errors
/// The body is not valid.
pub fn update_group_schema(
    change: &mut ManagementChange<'_, '_>,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut schema = find(change.draft)?.clone();
    let removed = merge(&mut schema, BodyMembers::of(body), AttributeStyle::Directory)?;
    schema.members.insert("lastUpdated".to_owned(), change.now().into());
    let holds = |group: &&Group| removed.iter().any(|name| group.profile.others.contains_key(name));
    let groups: Vec<Group> = change.draft.groups().filter(holds).cloned().collect();
    for mut group in groups {
        group.profile.others.retain(|name, _| !removed.contains(name));
        change.draft.put_group(group);
    }
    let shown = show(change.call, &schema);
    change.draft.put_object(DirectoryKind::GroupSchema, schema);
    Ok(shown)
}

fn find(org: &Tables) -> Result<&DirectoryObject, ApiError> {
    org.objects(DirectoryKind::GroupSchema).next().ok_or_else(|| ApiError::not_found("default", "CVDSchema"))
}

fn show(call: ManagementCall<'_>, schema: &DirectoryObject) -> Value {
    let text = |name: &str| schema.members.get(name).cloned().unwrap_or_default();
    json!({
        "id": format!("{}/meta/schemas/group/default", call.base()),
        "$schema": DRAFT_4,
        "name": text("name"),
        "title": text("title"),
        "description": text("description"),
        "lastUpdated": text("lastUpdated"),
        "created": text("created"),
        "definitions": shown_definitions(schema),
        "type": "object",
        "properties": composition(),
        "_links": Links::at(call.base()).related("self", "/api/v1/meta/schemas/group/default", "GET").into_value(),
    })
}
