//! The `_links` of objects.

use serde_json::{Map, Value, json};

use super::java_order::java_ordered;

/// Links below the URL of an org, in the making.
#[derive(Debug)]
pub struct Links<'a> {
    base: &'a str,
    members: Map<String, Value>,
}

impl<'a> Links<'a> {
    /// No links yet; `base` is the URL of the org, and paths are added to it.
    #[must_use]
    pub fn at(base: &'a str) -> Self {
        Self { base, members: Map::new() }
    }

    /// A link with the methods that the object allows: `{"href", "hints": {"allow"}}`.
    #[must_use]
    pub fn allowing(mut self, name: &str, path: &str, methods: &[&str]) -> Self {
        let link = json!({ "href": self.url(path), "hints": { "allow": methods } });
        self.members.insert(name.to_owned(), link);
        self
    }

    /// A link with one method: `{"href", "method"}`.
    #[must_use]
    pub fn by_method(mut self, name: &str, path: &str, method: &str) -> Self {
        let link = json!({ "href": self.url(path), "method": method });
        self.members.insert(name.to_owned(), link);
        self
    }

    /// A link with its relation and method: `{"rel", "href", "method"}`.
    #[must_use]
    pub fn related(mut self, name: &str, path: &str, method: &str) -> Self {
        let link = json!({ "rel": name, "href": self.url(path), "method": method });
        self.members.insert(name.to_owned(), link);
        self
    }

    /// A link with nothing but its URL.
    #[must_use]
    pub fn bare(mut self, name: &str, path: &str) -> Self {
        let link = json!({ "href": self.url(path) });
        self.members.insert(name.to_owned(), link);
        self
    }

    /// Any other value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The links in the order of Okta's free maps.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Object(java_ordered(self.members))
    }

    /// The links as they were added.
    #[must_use]
    pub fn in_order(self) -> Value {
        Value::Object(self.members)
    }
}
