//! What a document cannot have at a place.

use std::fmt;

use serde::de;

use super::unreadable::NodeId;
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
    /// No value can be filled in for a key.
    Unfillable,
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
        Self::new(format!("{} where {} is expected", found_value(found), expected_value(&expected.to_string())))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
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

/// What a document has, in the words of its authors instead of the library's.
fn found_value(found: de::Unexpected<'_>) -> String {
    match found {
        de::Unexpected::Unit | de::Unexpected::Option => "no value".to_owned(),
        de::Unexpected::Bool(value) => format!("`{value}`"),
        de::Unexpected::Signed(number) => format!("the number `{number}`"),
        de::Unexpected::Unsigned(number) => format!("the number `{number}`"),
        de::Unexpected::Float(number) => format!("the number `{number}`"),
        de::Unexpected::Str(text) => format!("the text `{text}`"),
        de::Unexpected::Seq => "a list".to_owned(),
        de::Unexpected::Map | de::Unexpected::Enum => "an object".to_owned(),
        found => found.to_string(),
    }
}

/// The type that is expected, in the same words.
fn expected_value(expected: &str) -> String {
    let plain = match expected {
        "u8" => "a number from 0 to 255",
        "u16" => "a number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" | "string" | "a borrowed string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        "unit" => "no value",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    };
    plain.to_owned()
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Mismatch {}
