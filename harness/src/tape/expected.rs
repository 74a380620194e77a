//! Known differences between tapes and a target, as data with reasons. An entry that no longer occurs makes a replay fail.

use globset::{Glob, GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::compare::{Difference, DifferenceType};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    #[serde(default)]
    difference: Vec<ExpectedEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedEntry {
    /// Method and path without query: a pattern.
    operation: String,
    /// The path of the value: a pattern. All values without it.
    #[serde(default = "any")]
    path: String,
    #[serde(rename = "type")]
    kind: Option<DifferenceType>,
    /// The name of the tape: a pattern.
    #[serde(default = "any")]
    tape: String,
    reason: String,
}

fn any() -> String {
    "*".to_owned()
}

/// A known difference.
#[derive(Clone, Debug)]
struct ExpectedDifference {
    operation: GlobMatcher,
    path: GlobMatcher,
    kind: Option<DifferenceType>,
    tape: GlobMatcher,
    reason: String,
    /// How it is called in reports.
    label: String,
}

/// The list of known differences.
#[derive(Clone, Debug, Default)]
pub struct ExpectedDifferences {
    entries: Vec<ExpectedDifference>,
    /// The entries whose operation was replayed, and those that occurred.
    replayed: Vec<bool>,
    occurred: Vec<bool>,
}

/// Why the list cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedFileError {
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    #[error("{0}")]
    Pattern(#[from] globset::Error),
    #[error("the entry for {0:?} has no reason")]
    Reason(String),
}

impl ExpectedDifferences {
    /// Reads a list.
    ///
    /// # Errors
    /// It is not TOML of this shape, or an entry has no reason.
    pub fn parse(text: &str) -> Result<Self, ExpectedFileError> {
        let file: ExpectedFile = toml::from_str(text)?;
        let entries = file.difference.into_iter().map(ExpectedDifference::read).collect::<Result<Vec<_>, _>>()?;
        let none = vec![false; entries.len()];
        Ok(Self { entries, replayed: none.clone(), occurred: none })
    }

    /// Notes that an operation of a tape was replayed.
    pub(super) fn note(&mut self, tape: &str, operation: &str) {
        for (entry, replayed) in self.entries.iter().zip(&mut self.replayed) {
            *replayed |= entry.tape.is_match(tape) && entry.operation.is_match(operation);
        }
    }

    /// The reason of a difference that is known.
    pub(super) fn reason(&mut self, tape: &str, operation: &str, difference: &Difference) -> Option<String> {
        let fits = |entry: &ExpectedDifference| {
            entry.tape.is_match(tape)
                && entry.operation.is_match(operation)
                && entry.kind.is_none_or(|kind| kind == difference.kind)
                && entry.path.is_match(&difference.path)
        };
        let at = self.entries.iter().position(fits)?;
        self.occurred[at] = true;
        Some(self.entries[at].reason.clone())
    }

    /// The entries whose operation was replayed without the difference.
    #[must_use]
    pub fn no_longer(&self) -> Vec<String> {
        let states = self.replayed.iter().zip(&self.occurred);
        let gone = self.entries.iter().zip(states).filter(|(_, (replayed, occurred))| **replayed && !**occurred);
        gone.map(|(entry, _)| entry.label.clone()).collect()
    }
}

impl ExpectedDifference {
    fn read(entry: ExpectedEntry) -> Result<Self, ExpectedFileError> {
        let ExpectedEntry { operation, path, kind, tape, reason } = entry;
        if reason.trim().is_empty() {
            return Err(ExpectedFileError::Reason(operation));
        }
        let kind_label = kind.map(|kind| format!("{} ", kind.word())).unwrap_or_default();
        let label = format!("{operation}: {kind_label}{path}");
        Ok(Self {
            // `*` stands for one segment of a path, `**` for any number.
            operation: GlobBuilder::new(&operation).literal_separator(true).build()?.compile_matcher(),
            // The brackets of lists are not those of a pattern.
            path: Glob::new(&path.replace("[]", "\\[\\]"))?.compile_matcher(),
            kind,
            tape: Glob::new(&tape)?.compile_matcher(),
            reason,
            label,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "
        [[difference]]
        operation = 'GET /api/v1/users/*'
        path = 'profile.*'
        type = 'missing'
        reason = 'the org has more attributes'

        [[difference]]
        operation = 'DELETE /api/v1/**'
        reason = 'not compared'
    ";

    fn difference(kind: DifferenceType, path: &str) -> Difference {
        Difference { kind, path: path.to_owned(), recorded: String::new(), live: String::new() }
    }

    #[test]
    fn a_known_difference_has_its_reason_and_one_that_is_gone_is_listed() {
        let mut list = ExpectedDifferences::parse(LIST).expect("a list");
        let missing = difference(DifferenceType::Missing, "profile.city");
        let reason = list.reason("t", "GET /api/v1/users/00u1", &missing);
        assert_eq!(reason.as_deref(), Some("the org has more attributes"));
        let others = [
            ("GET /api/v1/users/00u1/groups", DifferenceType::Missing, "profile.city"),
            ("GET /api/v1/users/00u1", DifferenceType::Value, "profile.city"),
            ("GET /api/v1/users/00u1", DifferenceType::Missing, "status"),
        ];
        for (operation, kind, path) in others {
            assert_eq!(list.reason("t", operation, &difference(kind, path)), None, "{operation} {path}");
        }
        list.note("t", "GET /api/v1/users/00u1");
        assert_eq!(list.no_longer(), Vec::<String>::new());
        list.note("t", "DELETE /api/v1/users/00u1");
        assert_eq!(list.no_longer(), ["DELETE /api/v1/**: *"]);
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        let error = ExpectedDifferences::parse("[[difference]]\noperation = 'GET /x'\nreason = ' '").expect_err("none");
        assert_eq!(error.to_string(), "the entry for \"GET /x\" has no reason");
    }
}
