//! The authenticators of a document. Before the user has proved anything, they are the same for known and unknown users.

use serde_json::{Value, json};

use crate::model::DirectoryKind;
use crate::org::{Org, derived_id};
use crate::policy::password::{MIN_LENGTH, remembered};

/// The password, as an authenticator of the org.
pub(super) fn password(org: &Org) -> Value {
    let mut known = org.objects(DirectoryKind::Authenticator);
    let id = known.find(|object| object.text("key") == Some("okta_password")).map(|object| object.id.clone());
    let id = id.unwrap_or_else(|| derived_id("aut", &[&org.identity().id, "okta_password"]));
    described(&id)
}

/// The same, with what a new password has to be like.
pub(super) fn password_with_settings(org: &Org) -> Value {
    let mut authenticator = password(org);
    if let Some(members) = authenticator.as_object_mut() {
        let complexity = json!({
            "minLength": MIN_LENGTH, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0,
            "excludeUsername": true, "excludeAttributes": [],
        });
        let age = json!({ "minAgeMinutes": 0, "historyCount": remembered(org) });
        members.insert("settings".to_owned(), json!({ "complexity": complexity, "age": age }));
    }
    authenticator
}

/// The password of the user with this identifier, who may be unknown.
pub(super) fn password_enrollment(org: &Org, identifier: &str) -> Value {
    described(&derived_id("lae", &[&org.identity().id, &identifier.to_lowercase()]))
}

fn described(id: &str) -> Value {
    json!({
        "type": "password", "key": "okta_password", "id": id, "displayName": "Password",
        "methods": [{ "type": "password" }],
    })
}
