//! Changes for a terminal.

use std::fmt::Write as _;

use mock_idp::preview::grouped;

use super::{ReportedChanges, requests};
use crate::cli::output::brief;

/// The largest number of requests that are listed below a change.
const MAX_REQUESTS: usize = 5;

/// Each change once, with the requests that it affects.
pub(in crate::cli) fn text(changes: &ReportedChanges<'_>) -> String {
    let mut text = changes.summary() + "\n";
    for group in grouped(changes.alterations) {
        let _ = writeln!(text, "\n{} of {}, from {}", group.what, requests(group.cases()), group.cause);
        for value in &group.values {
            let _ = writeln!(text, "  {} -> {}", brief(&value.before), brief(&value.after));
            list(&mut text, value.cases.iter().map(|case| case.words()));
        }
    }
    if !changes.added.is_empty() {
        text.push_str("\nnew:\n");
        list(&mut text, changes.added.iter().map(|added| added.case.words()));
    }
    if !changes.removed.is_empty() {
        text.push_str("\nremoved:\n");
        list(&mut text, changes.removed.iter().map(|removed| format!("{}: {}", removed.path, removed.why)));
    }
    text
}

fn list(text: &mut String, lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(MAX_REQUESTS);
    for line in lines.take(MAX_REQUESTS) {
        let _ = writeln!(text, "    {line}");
    }
    if more > 0 {
        let _ = writeln!(text, "    … and {more} more");
    }
}
