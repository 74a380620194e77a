//! Notes that the rules leave behind as they decide, so that every decision can explain itself.
//!
//! Notes go to the journal, the explain API and the pages; never into an Okta-shaped body.

use serde::Serialize;

/// One step of a decision. `subject` names what was looked at, `because` the values that decided.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Note {
    pub verdict: Verdict,
    pub subject: String,
    pub because: String,
}

/// What became of the thing looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It applied or was granted.
    Matched,
    /// It was looked at and did not apply.
    PassedOver,
    /// It put something into the answer.
    Added,
    /// It was left out of the answer.
    Absent,
    /// It ended the request.
    Refused,
}

/// The notes of one decision, in the order in which they were made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace {
    pub notes: Vec<Note>,
}

impl Trace {
    /// Adds a note.
    pub fn note(&mut self, verdict: Verdict, subject: impl Into<String>, because: impl Into<String>) {
        self.notes.push(Note { verdict, subject: subject.into(), because: because.into() });
    }
}
