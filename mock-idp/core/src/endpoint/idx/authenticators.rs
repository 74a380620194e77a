//! The authenticators of a document. Before the user has proved anything, they are the same for known and unknown users.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::model::DirectoryKind;
use crate::org::Org;
use crate::policy::password::{HISTORY, MIN_LENGTH};

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
        let age = json!({ "minAgeMinutes": 0, "historyCount": HISTORY });
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

/// An id in Okta's format that is always the same for the same parts.
fn derived_id(prefix: &str, parts: &[&str]) -> String {
    let digest = STANDARD.encode(Sha256::digest(parts.join("\n").as_bytes()));
    let letters: String = digest.chars().filter(char::is_ascii_alphanumeric).take(14).collect();
    format!("{prefix}{letters:0<14}5d7")
}
