//! What the API answered, by path.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

/// The objects of lists, by the path of the list without query. A path of one object has a list of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiAnswers {
    lists: BTreeMap<String, AnsweredList>,
    not_licensed: BTreeSet<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct AnsweredList {
    objects: Vec<Value>,
    ids: HashSet<String>,
}

impl ApiAnswers {
    /// Adds objects behind those of the same path. An object whose id is there already is left out: pages and lists by status may
    /// overlap.
    pub fn add(&mut self, path: &str, objects: impl IntoIterator<Item = Value>) {
        let list = self.lists.entry(path.to_owned()).or_default();
        for object in objects {
            if id(&object).is_none_or(|id| list.ids.insert(id.to_owned())) {
                list.objects.push(object);
            }
        }
    }

    /// The objects of a list; none if it was not read.
    #[must_use]
    pub fn list(&self, path: &str) -> &[Value] {
        self.lists.get(path).map(|list| list.objects.as_slice()).unwrap_or_default()
    }

    /// Whether the list was read. It may be empty.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.lists.contains_key(path)
    }

    /// Notes that the org is not licensed for a list.
    pub fn add_not_licensed(&mut self, path: &str) {
        self.not_licensed.insert(path.to_owned());
    }

    /// Whether the org can have the list.
    #[must_use]
    pub fn is_licensed(&self, path: &str) -> bool {
        !self.not_licensed.contains(path)
    }
}

/// What names an object. Okta: keys have a `kid`, models of security keys an AAGUID.
pub(super) fn id(object: &Value) -> Option<&str> {
    ["id", "kid", "aaguid"].into_iter().find_map(|name| object.get(name)?.as_str())
}
