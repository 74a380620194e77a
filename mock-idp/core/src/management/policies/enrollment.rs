//! Which authenticators the enrollment policies list.

use serde_json::{Value, json};

use super::record::{self, PolicyRecord};
use super::types::PolicyType;
use crate::management::{ApiError, ManagementChange};
use crate::org::Tables;

fn all(org: &Tables) -> Vec<PolicyRecord> {
    PolicyType::named("MFA_ENROLL").map(|kind| record::all(org, kind)).unwrap_or_default()
}

fn is_about(entry: &Value, id: &str, key: &str) -> bool {
    entry["key"] == key && (key != "custom_app" || entry["id"] == id)
}

/// The names of the enrollment policies in which an authenticator is allowed.
#[must_use]
pub fn enrolling(org: &Tables, id: &str, key: &str) -> Vec<String> {
    let allows = |policy: &PolicyRecord| {
        let listed = policy.members.get("settings").and_then(|settings| settings["authenticators"].as_array());
        let mut listed = listed.into_iter().flatten();
        listed.any(|entry| is_about(entry, id, key) && entry["enroll"]["self"] != "NOT_ALLOWED")
    };
    let allowing = all(org).into_iter().filter(allows);
    allowing.filter_map(|policy| policy.members.get("name").and_then(Value::as_str).map(str::to_owned)).collect()
}

/// Lists an authenticator as optional in the default enrollment policy, unless it is listed.
///
/// # Errors
/// The policy cannot be kept.
pub fn enroll(change: &mut ManagementChange<'_, '_>, id: &str, key: &str) -> Result<(), ApiError> {
    let Some(mut policy) = all(change.draft).into_iter().find(PolicyRecord::is_system) else { return Ok(()) };
    let settings = policy.members.entry("settings").or_insert_with(|| json!({ "type": "AUTHENTICATORS" }));
    let mut listed = settings["authenticators"].as_array().cloned().unwrap_or_default();
    listed.retain(|entry| !is_about(entry, id, key) || entry["enroll"]["self"] != "NOT_ALLOWED");
    if listed.iter().any(|entry| is_about(entry, id, key)) {
        return Ok(());
    }
    let mut entry = json!({ "key": key });
    if key == "custom_app" {
        entry["id"] = id.into();
    }
    entry["enroll"] = json!({ "self": "OPTIONAL" });
    listed.push(entry);
    settings["authenticators"] = listed.into();
    record::put(change.draft, policy)
}
