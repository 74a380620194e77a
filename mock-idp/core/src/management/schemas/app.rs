//! The schemas of app users. An app has that of its kind until it is changed.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::attribute::AttributeStyle;
use super::{AttributeRules, DRAFT_4, attributes, composition, merge, shown_definitions};
use crate::management::{ApiError, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{App, DirectoryKind, DirectoryObject};
use crate::moment::timestamp;
use crate::org::Tables;

/// Name, title, external name and description of the attributes of users of OpenID Connect apps, in Okta's order.
const OIDC: [(&str, &str, &str, &str); 21] = [
    ("userName", "Username", "preferred_username", ""),
    ("name", "Name", "", "End-User's full name in displayable form."),
    ("nickname", "Nickname", "", "Casual name of the End-User (may or may not be the same as the given_name)"),
    ("given_name", "Given Name", "", "Given name or first name of the End-User."),
    ("middle_name", "Middle Name", "", "Middle name of the End-User."),
    ("family_name", "Family Name", "", "Surname or last name of the End-User."),
    ("email", "Email", "", "End-User's preferred e-mail address."),
    ("profile", "Profile URL", "", "URL of the End-User's profile page."),
    ("picture", "Picture URL", "", "URL of the End-User's profile picture."),
    ("website", "Website", "", "URL of the End-User's Web page or blog."),
    ("gender", "Gender", "", "End-User's gender."),
    ("birthdate", "Birthdate", "", "End-User's birthday, represented as an ISO 8601:2004 YYYY-MM-DD format."),
    ("zoneinfo", "Time Zone", "", "String representing the End-User's time zone."),
    ("locale", "Locale Name", "locale", "End-User's locale."),
    ("phone_number", "Phone Number", "", "End-User's preferred telephone number in E.164 format."),
    ("street_address", "Street Address", "address.street_address", "Full street address component."),
    ("locality", "Locality", "address.locality", "City or locality component."),
    ("region", "Region", "address.region", "State, province, prefecture, or region component."),
    ("postal_code", "Postal Code", "address.postal_code", "Zip code or postal code component."),
    ("country", "Country", "address.country", "Country name component."),
    ("formatted", "Formatted", "address.formatted", "Full mailing address, formatted for display."),
];

/// The schema of an app's users.
#[must_use]
pub fn app_schema(org: &Tables, app: &App) -> DirectoryObject {
    org.object(DirectoryKind::AppUserSchema, &app.id).cloned().unwrap_or_else(|| template(org, app))
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

fn template(org: &Tables, app: &App) -> DirectoryObject {
    let mut properties = Map::new();
    // Apps of other sign-on modes have a user name only.
    let count = if app.is_client() { OIDC.len() } else { 1 };
    for (name, title, external, description) in OIDC.into_iter().take(count) {
        let mut attribute = json!({ "title": title });
        if !description.is_empty() {
            attribute["description"] = description.into();
        }
        attribute["type"] = "string".into();
        if name == "userName" {
            attribute["required"] = true.into();
        }
        if !external.is_empty() {
            attribute["externalName"] = external.into();
        }
        attribute["scope"] = "SELF".into();
        properties.insert(name.to_owned(), attribute);
    }
    let created = timestamp(org.times(&app.id).map(|times| times.created).unwrap_or_default());
    // Okta: a name of its own for each app.
    let digest = digest(&SHA256, app.id.as_bytes());
    let name: String =
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(7).collect();
    let members = json!({
        "name": format!("oidc_client_{name}"), "created": created, "lastUpdated": created,
        "definitions": {
            "custom": { "id": "#custom", "type": "object", "properties": {}, "required": [] },
            "base": { "id": "#base", "type": "object", "properties": properties, "required": ["userName"] },
        },
    });
    DirectoryObject {
        id: app.id.clone(),
        owner: app.id.clone(),
        members: members.as_object().cloned().unwrap_or_default(),
    }
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
