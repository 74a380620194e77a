//! Reads objects of answers into the types of the org document.

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::answers::ApiAnswers;
use super::super::left_out::{LeftOut, name};
use crate::management::tolerant::read_noting;

/// An import in progress.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) answers: &'a ApiAnswers,
    pub(super) left_out: Vec<LeftOut>,
}

/// Members that Okta computes, and the mock too.
const COMPUTED: [&str; 17] = [
    "_embedded",
    "_links",
    "created",
    "createdBy",
    "emOptInStatus",
    "emails",
    "issuer",
    "kid",
    "lastRotated",
    "lastUpdated",
    "lastUpdatedBy",
    "nextRotation",
    "objectClass",
    "orn",
    "signing",
    "type",
    "universalLogout",
];

/// How often a value that cannot be read is removed from an object before the object is left out.
const MAX_REMOVALS: usize = 20;

impl Reading<'_> {
    /// The object of an answer as a `T`. Members that the document does not have, and values that the mock does not know, are left
    /// out and listed.
    pub(super) fn read<T: DeserializeOwned>(&mut self, kind: &'static str, object: &Value, shape: Value) -> Option<T> {
        let mut shape = shape;
        for _ in 0..MAX_REMOVALS {
            let ignored = RefCell::new(Vec::new());
            let error = match read_noting(shape.clone(), &ignored) {
                Ok(read) => {
                    for member in ignored.into_inner() {
                        let name = member.rsplit('.').next().unwrap_or_default();
                        if !COMPUTED.contains(&name) {
                            self.leave_out(kind, object, &member, "the org document does not have it");
                        }
                    }
                    return Some(read);
                }
                Err(error) => error,
            };
            let path = error.path().to_string();
            let reason = error.into_inner().to_string();
            if !remove(&mut shape, &path) {
                self.leave_out(kind, object, "", &reason);
                return None;
            }
            self.leave_out(kind, object, &path, &reason);
        }
        self.leave_out(kind, object, "", "too many values of it cannot be read");
        None
    }

    pub(super) fn leave_out(&mut self, kind: &'static str, object: &Value, member: &str, reason: &str) {
        self.left_out.push(LeftOut::new(kind, name(object), member, reason));
    }
}

/// Removes the value at a path such as `settings.oauthClient.grant_types[2]`. False if there is none.
fn remove(value: &mut Value, path: &str) -> bool {
    let pointer = path.replace('[', "/").replace(']', "").replace('.', "/");
    let Some((parent, last)) = pointer.rsplit_once('/').or(Some(("", pointer.as_str()))) else { return false };
    let parent = if parent.is_empty() { String::new() } else { format!("/{parent}") };
    match value.pointer_mut(&parent) {
        Some(Value::Object(members)) => members.shift_remove(last).is_some(),
        Some(Value::Array(elements)) => {
            let index = last.parse::<usize>().ok().filter(|index| *index < elements.len());
            index.map(|index| elements.remove(index)).is_some()
        }
        _ => false,
    }
}

/// The members of an object without those that are links or copies.
pub(super) fn own_members(object: &Value) -> serde_json::Map<String, Value> {
    let members = object.as_object().cloned().unwrap_or_default();
    let is_own = |name: &str| !matches!(name, "_links" | "_embedded");
    members.into_iter().filter(|(name, _)| is_own(name)).collect()
}

/// The last segment of a link.
pub(super) fn linked<'v>(object: &'v Value, link: &str) -> Option<&'v str> {
    object["_links"][link]["href"].as_str()?.rsplit('/').next()
}
