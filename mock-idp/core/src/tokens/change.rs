//! Changes of tokens that a test asks for: claims that are set or removed, and another lifetime.

use serde_json::{Map, Value};

use super::kind::TokenKind;

/// A change of the claims of tokens, made before they are signed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenChange {
    /// The kinds of tokens that are changed; empty: all.
    pub kinds: Vec<TokenKind>,
    /// Seconds from `iat` to `exp`.
    pub lifetime: Option<i64>,
    /// Claims that are removed.
    pub drop: Vec<String>,
    /// Claims that are added, or get another value.
    pub claims: Map<String, Value>,
}

impl TokenChange {
    /// Whether tokens of this kind are changed.
    #[must_use]
    pub fn applies_to(&self, kind: TokenKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// First the lifetime, then what is removed, then what is set.
    pub(super) fn apply(&self, payload: &mut Map<String, Value>) {
        if let (Some(lifetime), Some(issued)) = (self.lifetime, payload.get("iat").and_then(Value::as_i64)) {
            payload.insert("exp".to_owned(), issued.saturating_add(lifetime).into());
        }
        for name in &self.drop {
            payload.shift_remove(name);
        }
        for (name, value) in &self.claims {
            payload.insert(name.clone(), value.clone());
        }
    }
}
