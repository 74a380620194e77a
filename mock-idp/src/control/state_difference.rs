//! What differs between two states of an org. Secrets are not shown: keys of records are shortened to a digest, and values are left out.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// In the place of a value that may be secret.
const HIDDEN: &str = "…";

/// Members of an org document whose values are secret.
const SECRET: [&str; 7] = ["client_secret", "password", "passwordHistory", "apiTokens", "recovery_question", "k", "d"];

/// Members of records whose texts are not secret.
const SHOWN: [&str; 16] = [
    "acr",
    "amr",
    "client_id",
    "decision",
    "email",
    "login",
    "redirect_uri",
    "scope",
    "scopes",
    "server",
    "state",
    "sub",
    "user_id",
    "client",
    "user",
    "response_type",
];

/// A difference.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Difference {
    /// Where: members and ids, separated by `/`.
    path: String,
    /// `added`, `removed` or `changed`.
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// The differences of two states, in the order of the members.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for part in ["org", "clock", "ledger"] {
        let place = Place { path: part.to_owned(), in_ledger: part == "ledger", hidden: part == "ledger" };
        compare(&place, before.get(part), after.get(part), &mut found);
    }
    found
}

#[derive(Clone)]
struct Place {
    path: String,
    in_ledger: bool,
    /// Whether a text here may be secret.
    hidden: bool,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let hidden = if self.in_ledger { !SHOWN.contains(&name) } else { self.hidden || SECRET.contains(&name) };
        // Maps of records may have secrets as names.
        let name = if self.in_ledger && name.len() > 40 { digest_of(name) } else { name.to_owned() };
        Self { path: format!("{}/{name}", self.path), hidden, ..self.clone() }
    }

    /// An element of a list, by its id or key.
    fn element(&self, id: &str) -> Self {
        let id = if self.in_ledger { digest_of(id) } else { id.to_owned() };
        Self { path: format!("{}/{id}", self.path), ..self.clone() }
    }

    fn shown(&self, value: &Value) -> Value {
        match value {
            Value::String(_) if self.hidden => HIDDEN.into(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.member(name).shown(value))).collect()
            }
            Value::Array(elements) => elements.iter().map(|element| self.shown(element)).collect(),
            other => other.clone(),
        }
    }
}

fn compare(place: &Place, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let added = right.keys().filter(|name| !left.contains_key(*name));
            for name in left.keys().chain(added) {
                compare(&place.member(name), left.get(name), right.get(name), found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) if is_keyed(left) && is_keyed(right) => {
            let mut ids = BTreeSet::new();
            for id in left.iter().chain(right).filter_map(id_of).filter(|id| ids.insert(*id)) {
                let find = |list: &[Value]| list.iter().find(|element| id_of(element) == Some(id)).cloned();
                compare(&place.element(id), find(left).as_ref(), find(right).as_ref(), found);
            }
        }
        _ => {
            let change = match (before, after) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "changed",
            };
            // A record that is only in one state is named, not shown.
            let show = |value: Option<&Value>| {
                value.filter(|_| !place.in_ledger || change == "changed").map(|value| place.shown(value))
            };
            found.push(Difference { path: place.path.clone(), change, before: show(before), after: show(after) });
        }
    }
}

/// Whether all elements of a list have an id or a key.
fn is_keyed(list: &[Value]) -> bool {
    list.iter().all(|element| id_of(element).is_some())
}

fn id_of(element: &Value) -> Option<&str> {
    element.get("key").or_else(|| element.get("id")).and_then(Value::as_str)
}

/// The first 8 hexadecimal digits of the digest.
fn digest_of(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}
