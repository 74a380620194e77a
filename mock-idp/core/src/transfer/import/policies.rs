//! The policies of `/api/v1/policies`.

use serde_json::{Map, Value, json};

use super::reading::{Reading, own_members};
use crate::model::{DirectoryObject, GlobalSessionPolicy};

const POLICIES: &str = "/api/v1/policies";
const SESSION: &str = "OKTA_SIGN_ON";

/// The policies that decide about sessions.
pub(super) fn session_policies(reading: &mut Reading<'_>) -> Vec<GlobalSessionPolicy> {
    let mut policies = Vec::new();
    for object in reading.answers.list(POLICIES).iter().filter(|object| object["type"] == SESSION) {
        let shape = with_rules(reading, object);
        policies.extend(reading.read::<GlobalSessionPolicy>("global session policy", object, Value::Object(shape)));
    }
    policies
}

/// The other policies.
pub(super) fn others(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let objects = reading.answers.list(POLICIES).iter().filter(|object| object["type"] != SESSION);
    objects
        .filter_map(|object| {
            let mut members = with_rules(reading, object);
            members.shift_remove("id");
            let id = object["id"].as_str()?.to_owned();
            Some(DirectoryObject { id, owner: String::new(), members })
        })
        .collect()
}

fn with_rules(reading: &Reading<'_>, object: &Value) -> Map<String, Value> {
    let mut members = own_members(object);
    let rules = reading.answers.list(&format!("{POLICIES}/{}/rules", object["id"].as_str().unwrap_or_default()));
    let rules: Vec<Value> = rules.iter().map(|rule| Value::Object(own_members(rule))).collect();
    members.insert("rules".to_owned(), json!(rules));
    members
}
