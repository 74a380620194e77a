//! What a document cannot have at a place.

use std::fmt;

use serde::de;

use super::tree::NodeId;
use crate::org::problem::Problem;

/// A part of a document that does not fit the type that it is read as. The reader adds place and node.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub(super) problem: Problem,
    pub(super) kind: MismatchKind,
    /// The innermost part that does not fit.
    pub(super) node: Option<NodeId>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum MismatchKind {
    UnknownKey,
    MissingKey(&'static str),
    Value,
}

impl Mismatch {
    fn new(message: String) -> Self {
        Self { problem: Problem::at("", message), kind: MismatchKind::Value, node: None }
    }
}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            de::Unexpected::Unit => "no value".to_owned(),
            found => found.to_string(),
        };
        // Types are named as documents have them, not as the code does.
        let expected = match expected.to_string() {
            expected if expected.starts_with("struct ") => "an object".to_owned(),
            expected => expected,
        };
        Self::new(format!("{found} where {expected} is expected"))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("unknown key `{field}`; expected one of {}", expected.join(", "));
        let problem = Problem::at("", message).near(field, expected.iter().copied());
        Self { problem, kind: MismatchKind::UnknownKey, node: None }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("unknown value `{variant}`; expected one of {}", expected.join(", "));
        let problem = Problem::at("", message).near(variant, expected.iter().copied());
        Self { problem, kind: MismatchKind::Value, node: None }
    }

    fn missing_field(field: &'static str) -> Self {
        let problem = Problem::at("", format!("the key `{field}` is missing"));
        Self { problem, kind: MismatchKind::MissingKey(field), node: None }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Mismatch {}
