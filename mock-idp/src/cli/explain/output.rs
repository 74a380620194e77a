//! What the commands print.

use serde_json::Value;

/// The output of a command.
#[derive(Debug)]
pub(in crate::cli) struct CommandOutput {
    pub(in crate::cli) text: String,
    /// Whether the token is granted, or the orgs do not differ.
    pub(in crate::cli) positive: bool,
}

/// A value on one line.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}
