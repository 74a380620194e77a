//! Custom roles and resource sets.

use serde_json::{Map, Value, json};

use super::reading::{Reading, own_members};
use crate::model::DirectoryObject;

const ROLES: &str = "/api/v1/iam/roles";
const SETS: &str = "/api/v1/iam/resource-sets";

pub(super) fn roles(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let objects = reading.answers.list(ROLES).iter();
    objects
        .filter_map(|object| {
            let id = object["id"].as_str()?;
            let mut members = described(object);
            members.insert("permissions".to_owned(), list_at(reading, &format!("{ROLES}/{id}/permissions")));
            Some(DirectoryObject { id: id.to_owned(), owner: String::new(), members })
        })
        .collect()
}

pub(super) fn resource_sets(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let objects = reading.answers.list(SETS).iter();
    objects
        .filter_map(|object| {
            let id = object["id"].as_str()?;
            let own = format!("{SETS}/{id}");
            let mut members = described(object);
            members.insert("resources".to_owned(), list_at(reading, &format!("{own}/resources")));
            let bindings = reading.answers.list(&format!("{own}/bindings")).iter().filter_map(|binding| {
                let role = binding["id"].as_str()?;
                let bound = reading.answers.list(&format!("{own}/bindings/{role}/members"));
                Some(json!({ "role": role, "members": bound.iter().map(member).collect::<Vec<_>>() }))
            });
            members.insert("bindings".to_owned(), bindings.collect());
            Some(DirectoryObject { id: id.to_owned(), owner: String::new(), members })
        })
        .collect()
}

fn described(object: &Value) -> Map<String, Value> {
    let members = own_members(object).into_iter();
    members.filter(|(name, _)| !matches!(name.as_str(), "id" | "isCloneable")).collect()
}

fn list_at(reading: &Reading<'_>, path: &str) -> Value {
    reading.answers.list(path).iter().map(|object| Value::Object(own_members(object))).collect()
}

/// Okta: a member of a binding links to its user or group.
fn member(object: &Value) -> Value {
    let href = object["_links"]["self"]["href"].as_str().unwrap_or_default();
    let path = href.find("/api/v1/").map_or(href, |start| &href[start..]);
    json!({ "id": object["id"], "path": path, "created": object["created"], "lastUpdated": object["lastUpdated"] })
}
