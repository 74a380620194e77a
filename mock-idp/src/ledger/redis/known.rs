//! What this process knows of the store without asking it. Questions are numbered, because their answers can arrive in another
//! order: a late answer must not set a revision back.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::ledger::byte_store::KnownState;

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    state: KnownState,
    /// Why the store refuses writes, while it answers.
    refuses_writes: Option<String>,
    last_question: u64,
    last_answered: u64,
    /// When the last question was asked that has been answered.
    as_of: Option<Instant>,
}

/// A question that the store has been asked.
#[derive(Debug)]
pub(super) struct Question {
    number: u64,
    asked: Instant,
}

impl Known {
    /// Asks a question, or makes a change whose answer has a revision.
    pub(super) fn question(&self) -> Question {
        let mut answers = self.0.lock();
        answers.last_question += 1;
        Question { number: answers.last_question, asked: Instant::now() }
    }

    /// Notes an answer, unless a later question has been answered.
    pub(super) fn note(&self, question: &Question, note: impl FnOnce(&mut KnownState)) {
        let mut answers = self.0.lock();
        if answers.last_answered < question.number {
            answers.last_answered = question.number;
            note(&mut answers.state);
        }
    }

    /// Notes both revisions.
    pub(super) fn note_revisions(&self, question: &Question, settings: u64, org: u64) {
        self.note(question, |state| (state.settings_revision, state.org_revision) = (settings, org));
        let mut answers = self.0.lock();
        answers.state.error = None;
        answers.as_of = answers.as_of.max(Some(question.asked));
    }

    /// The store does not answer; whether that is new.
    pub(super) fn fail(&self, error: String) -> bool {
        self.0.lock().state.error.replace(error).is_none()
    }

    /// Whether the store refuses writes, and why; whether that is new.
    pub(super) fn refuse_writes(&self, refusal: Option<String>) -> bool {
        let mut answers = self.0.lock();
        let is_new = answers.refuses_writes.is_none() && refusal.is_some();
        answers.refuses_writes = refusal;
        is_new
    }

    pub(super) fn refuses_writes(&self) -> bool {
        self.0.lock().refuses_writes.is_some()
    }

    /// Why the store does not answer.
    pub(super) fn error(&self) -> Option<String> {
        self.0.lock().state.error.clone()
    }

    /// Whether everything that had happened before `age` ago is known.
    pub(super) fn is_newer_than(&self, age: Duration) -> bool {
        self.0.lock().as_of.is_some_and(|as_of| as_of.elapsed() < age)
    }

    pub(super) fn state(&self) -> KnownState {
        let answers = self.0.lock();
        let error = answers.state.error.clone().or_else(|| answers.refuses_writes.clone());
        KnownState { error, ..answers.state.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_answer_does_not_set_a_revision_back() {
        let known = Known::default();
        let (earlier, later) = (known.question(), known.question());
        known.note(&later, |state| state.org_revision = 7);
        known.note_revisions(&earlier, 1, 6);
        assert_eq!(known.state().org_revision, 7);
        // Someone has removed the keys.
        known.note_revisions(&known.question(), 0, 0);
        assert_eq!(known.state().org_revision, 0);
    }

    #[test]
    fn a_store_that_refuses_writes_is_not_available() {
        let known = Known::default();
        assert!(known.refuse_writes(Some("READONLY".to_owned())) && !known.refuse_writes(Some("READONLY".to_owned())));
        assert_eq!((known.state().error.as_deref(), known.error()), (Some("READONLY"), None));
        known.refuse_writes(None);
        assert_eq!(known.state().error, None);
    }
}
