//! Output on stdout and stderr, and what the commands print.

use std::io::{self, Write as _};

use indexmap::IndexMap;
use serde_json::Value;

use super::failure::Failure;

/// The output of a command.
#[derive(Debug)]
pub(super) struct CommandOutput {
    pub(super) text: String,
    /// Whether the token is granted, or the orgs do not differ.
    pub(super) positive: bool,
}

/// Prints to stdout. A closed stdout is not an error.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::machine(error)),
        _ => Ok(()),
    }
}

/// Prints to stderr. Errors are ignored.
pub(super) fn print_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A value on one line.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

/// A line for each of the most frequent reasons, with their number.
pub(super) fn counted<'a>(reasons: impl Iterator<Item = &'a str>) -> String {
    const MAX: usize = 5;
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    counts.sort_by(|_, one, _, other| other.cmp(one));
    let mut lines: String = counts.iter().take(MAX).map(|(reason, count)| format!("    {count}: {reason}\n")).collect();
    if counts.len() > MAX {
        lines.push_str(&format!("    … and {} more reasons\n", counts.len() - MAX));
    }
    lines
}
