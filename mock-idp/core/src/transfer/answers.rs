//! What the API answered, by path.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

/// The objects of lists, by the path of the list without query. A path of one object has a list of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiAnswers(BTreeMap<String, AnsweredList>);

#[derive(Clone, Debug, Default, PartialEq)]
struct AnsweredList {
    objects: Vec<Value>,
    ids: HashSet<String>,
}

impl ApiAnswers {
    /// Adds objects behind those of the same path. An object whose id is there already is left out: pages and lists by status may
    /// overlap.
    pub fn add(&mut self, path: &str, objects: impl IntoIterator<Item = Value>) {
        let list = self.0.entry(path.to_owned()).or_default();
        for object in objects {
            if id(&object).is_none_or(|id| list.ids.insert(id.to_owned())) {
                list.objects.push(object);
            }
        }
    }

    /// The objects of a list; none if it was not read.
    #[must_use]
    pub fn list(&self, path: &str) -> &[Value] {
        self.0.get(path).map(|list| list.objects.as_slice()).unwrap_or_default()
    }
}

fn id(object: &Value) -> Option<&str> {
    object.get("id").and_then(Value::as_str)
}
