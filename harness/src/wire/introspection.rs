//! The introspection response (RFC 7662 2.2).

use serde::Deserialize;
use serde_json::{Map, Value};

/// The introspection of a token.
#[derive(Clone, Debug, Deserialize)]
pub struct Introspection {
    pub active: bool,
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Introspection {
    /// A member as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.rest.get(name).and_then(Value::as_str)
    }
}
