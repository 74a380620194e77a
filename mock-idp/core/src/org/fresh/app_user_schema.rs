//! The schemas of app users. Apps of a kind have the same until theirs is changed.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, json};

use super::user_schema::define_attribute;
use crate::model::{App, Assignment, DirectoryObject};
use crate::moment::timestamp;

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

/// The schema of an app's users, as it is for a new app.
pub(crate) fn app_user_schema(app: &App, created: i64) -> DirectoryObject {
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
    let created = timestamp(created);
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

/// Defines the attributes that assignments have and the schema lacks. Returns whether there are some.
pub(in crate::org) fn define_app_attributes<'a>(
    schema: &mut DirectoryObject,
    assignments: impl IntoIterator<Item = &'a Assignment>,
) -> bool {
    let mut defined = false;
    for (name, value) in assignments.into_iter().flat_map(|assignment| &assignment.profile) {
        if define_attribute(schema, name, value, |attribute| {
            attribute["scope"] = "NONE".into();
            if attribute["type"] == "array" {
                attribute["union"] = "DISABLE".into();
            }
        }) {
            defined = true;
        }
    }
    defined
}
