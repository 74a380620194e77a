//! Changes as a comment on a pull request: every request is listed, as far as a comment can be that long.

use mock_idp::preview::{TokenCase, grouped};

use super::{ReportedChanges, requests};
use crate::cli::output::brief;

/// The length after which nothing more is listed, in bytes. GitHub takes comments of 65,536 characters.
const MAX_LENGTH: usize = 60_000;
/// A table with more rows is folded.
const OPEN_ROWS: usize = 10;

/// The comment.
pub(in crate::cli) fn markdown(changes: &ReportedChanges<'_>) -> String {
    let mut comment = Comment { text: format!("### Tokens: {}\n", changes.summary()), left_out: 0 };
    for group in grouped(changes.alterations) {
        comment.heading(
            &format!("{}: {}", code(group.what), requests(group.cases())),
            &format!("From {}.", cell(group.cause)),
        );
        for value in &group.values {
            let change = format!("{} → {}", code(&brief(&value.before)), code(&brief(&value.after)));
            comment.table(&change, value.cases.iter().map(|case| row(case)));
        }
    }
    if !changes.added.is_empty() {
        comment.heading(&format!("New: {}", requests(changes.added.len())), "");
        comment.table("", changes.added.iter().map(|added| row(&added.case)));
    }
    if !changes.removed.is_empty() {
        comment.heading(&format!("Removed: {}", requests(changes.removed.len())), "");
        for removed in changes.removed {
            comment.line(&format!("- {}: {}", code(&removed.path), cell(&removed.why)));
        }
    }
    comment.finish()
}

struct Comment {
    text: String,
    left_out: usize,
}

impl Comment {
    fn heading(&mut self, heading: &str, below: &str) {
        if !self.is_full() {
            self.text.push_str(&format!("\n#### {heading}\n\n"));
            self.text.push_str(below);
            self.text.push('\n');
        }
    }

    fn table(&mut self, change: &str, rows: impl ExactSizeIterator<Item = String>) {
        let (count, folded) = (rows.len(), rows.len() > OPEN_ROWS);
        if self.is_full() {
            self.left_out += count;
            return;
        }
        match (folded, change.is_empty()) {
            (true, _) => self.text.push_str(&format!("\n<details><summary>{change} ({})</summary>\n", requests(count))),
            (false, false) => self.text.push_str(&format!("\n{change}\n")),
            (false, true) => {}
        }
        self.text.push_str("\n| user | client | grant | server | scopes |\n|---|---|---|---|---|\n");
        for row in rows {
            self.line(&row);
        }
        if folded {
            self.text.push_str("\n</details>\n");
        }
    }

    fn line(&mut self, line: &str) {
        if self.is_full() {
            self.left_out += 1;
        } else {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    fn is_full(&self) -> bool {
        self.text.len() > MAX_LENGTH
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!("\n… and {} more.\n", requests(self.left_out)));
        }
        self.text
    }
}

fn row(case: &TokenCase) -> String {
    let cells = [case.user_words(), &case.client, case.grant, &case.server, case.scope_words()];
    format!("| {} |", cells.map(code).join(" | "))
}

/// Text in a table or a sentence: nothing in it is markup or a mention.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for character in text.chars() {
        match character {
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '\n' | '\r' => cell.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '@' => {
                cell.push_str(&format!("&#{};", u32::from(character)))
            }
            _ => cell.push(character),
        }
    }
    cell
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", cell(text))
}
