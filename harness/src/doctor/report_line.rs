//! The lines of the doctor.

use std::fmt;

use crate::exit::Exit;

/// The result of one check.
#[derive(Clone, Debug)]
pub struct DoctorLine {
    /// What was checked, in one or two words.
    pub subject: &'static str,
    pub state: LineState,
    /// What was found.
    pub text: String,
}

/// Whether a check has found a problem.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LineState {
    Sound,
    /// Nothing is wrong, but a reader should know it.
    Note,
    Problem {
        exit: Exit,
        fix: String,
    },
}

impl fmt::Display for DoctorLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = match self.state {
            LineState::Sound => '✓',
            LineState::Note => '–',
            LineState::Problem { .. } => '✗',
        };
        write!(f, "{symbol} {:<13} {}", self.subject, self.text)?;
        match &self.state {
            LineState::Problem { fix, .. } => write!(f, ". Fix: {fix}"),
            LineState::Sound | LineState::Note => Ok(()),
        }
    }
}

/// Collects the lines of an examination.
pub(super) struct Lines<'a> {
    on_line: &'a mut dyn FnMut(&DoctorLine),
    exit: Exit,
}

impl<'a> Lines<'a> {
    pub(super) fn new(on_line: &'a mut dyn FnMut(&DoctorLine)) -> Self {
        Self { on_line, exit: Exit::Expected }
    }

    pub(super) fn sound(&mut self, subject: &'static str, text: impl Into<String>) {
        self.add(subject, LineState::Sound, text.into());
    }

    pub(super) fn note(&mut self, subject: &'static str, text: impl Into<String>) {
        self.add(subject, LineState::Note, text.into());
    }

    /// A problem with its fix. The first one decides the exit code.
    pub(super) fn problem(
        &mut self,
        exit: Exit,
        subject: &'static str,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) {
        if self.exit == Exit::Expected {
            self.exit = exit;
        }
        self.add(subject, LineState::Problem { exit, fix: fix.into() }, text.into());
    }

    /// The exit code of the first problem.
    pub(super) const fn exit(&self) -> Exit {
        self.exit
    }

    fn add(&mut self, subject: &'static str, state: LineState, text: String) {
        // One line, also when the issuer's words have several.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (self.on_line)(&DoctorLine { subject, state, text: text.trim_end_matches('.').to_owned() });
    }
}

/// The words of an issuer in quotes, shortened.
pub(super) fn quoted(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(200).collect();
    format!("\"{short}{}\"", if short.len() < words.len() { "…" } else { "" })
}
