//! The schemas of app users. An app has that of its kind until it is changed.

use serde_json::{Map, Value, json};

use super::attribute::AttributeStyle;
use super::{AttributeRules, DRAFT_4, attributes, composition, merge, shown_definitions};
use crate::management::{ApiError, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{App, DirectoryKind, DirectoryObject};
use crate::org::{Tables, app_user_schema};

/// The schema of an app's users.
#[must_use]
pub fn app_schema(org: &Tables, app: &App) -> DirectoryObject {
    org.object(DirectoryKind::AppUserSchema, &app.id).cloned().unwrap_or_else(|| {
        let created = org.times(&app.id).map(|times| times.created).unwrap_or_default();
        app_user_schema(app, created)
    })
}

/// The attributes of a schema that [`app_schema`] returns.
#[must_use]
pub fn app_attributes(schema: &DirectoryObject) -> Vec<AttributeRules<'_>> {
    attributes(schema)
}

/// # Errors
/// No app has the id.
pub fn show_app_schema(org: &Tables, call: ManagementCall<'_>, app_id: &str) -> Result<Value, ApiError> {
    let app = find(org, app_id)?;
    Ok(show(call, app, &app_schema(org, app)))
}

/// # Errors
/// No app has the id, or the body is not valid.
pub fn update_app_schema(
    change: &mut ManagementChange<'_, '_>,
    app_id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let app = find(change.draft, app_id)?.clone();
    let mut schema = app_schema(change.draft, &app);
    let removed = merge(&mut schema, BodyMembers::of(body), AttributeStyle::AppUser)?;
    schema.members.insert("lastUpdated".to_owned(), change.now().into());
    let holds = |profile: &indexmap::IndexMap<String, Value>| removed.iter().any(|name| profile.contains_key(name));
    let users: Vec<_> = change.draft.assigned_users(&app).filter(|one| holds(&one.profile)).cloned().collect();
    for mut assignment in users {
        assignment.profile.retain(|name, _| !removed.contains(name));
        change.draft.assign_user(&app.id, assignment);
    }
    let groups: Vec<_> = change.draft.assigned_groups(&app).filter(|one| holds(&one.profile)).cloned().collect();
    for mut assignment in groups {
        assignment.profile.retain(|name, _| !removed.contains(name));
        change.draft.assign_group(&app.id, assignment);
    }
    let shown = show(change.call, &app, &schema);
    change.draft.put_object(DirectoryKind::AppUserSchema, schema);
    Ok(shown)
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t App, ApiError> {
    org.app(id).ok_or_else(|| ApiError::not_found(id, "AppInstance"))
}

fn show(call: ManagementCall<'_>, app: &App, schema: &DirectoryObject) -> Value {
    let text = |name: &str| schema.members.get(name).cloned().unwrap_or_default();
    json!({
        "id": format!("{}/meta/schemas/apps/{}/default", call.base(), app.id),
        "$schema": DRAFT_4,
        "name": text("name"),
        "title": format!("{} User", app.label),
        "lastUpdated": text("lastUpdated"),
        "created": text("created"),
        "definitions": shown_definitions(schema),
        "type": "object",
        "properties": composition(),
    })
}
