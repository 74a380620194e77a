//! The difference between two texts.

use similar::{ChangeTag, TextDiff};

/// The difference between two texts, line by line, equal lines only around changes.
#[must_use]
pub fn diff(known: &str, found: &str) -> String {
    let diff = TextDiff::from_lines(known, found);
    let mut text = String::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            text.push_str("  …\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            text.push_str(&format!("{sign} {}", change.value()));
            if !change.value().ends_with('\n') {
                text.push('\n');
            }
        }
    }
    text
}
