//! The pages of recoveries: forgotten password, locked account, activation.

use askama::Template;

use super::chrome::Chrome;
use super::sign_in_problem::problem_words;
use super::words::{Words, question_text};
use crate::pages::view::{RecoveryPageStep as Step, RecoveryView};

#[derive(Debug, Template)]
#[template(path = "recovery.html")]
pub(super) struct RecoveryPage<'a> {
    chrome: Chrome<'a>,
    view: &'a RecoveryView,
    words: StepWords,
}

impl<'a> RecoveryPage<'a> {
    pub(super) fn new(view: &'a RecoveryView) -> Self {
        let words = StepWords::of(&view.step, Words::of(view.frame.language));
        let chrome = Chrome::new(&view.frame, words.heading).with_problem(view.problem.is_some());
        Self { chrome, view, words }
    }

    fn problem_text(&self) -> &'static str {
        self.view.problem.as_ref().map_or("", |problem| problem_words(problem, &self.chrome.words.problems).0)
    }

    /// The account that the page is about.
    fn known_identifier(&self) -> Option<&str> {
        match &self.view.step {
            Step::Code { identifier, .. }
            | Step::Confirm { identifier }
            | Step::Password { identifier, .. }
            | Step::Unlocked { identifier } => Some(identifier),
            Step::Identify { .. } | Step::Question { .. } | Step::Profile { .. } => None,
        }
    }

    fn question_text(&self, text: &str) -> String {
        question_text(self.view.frame.language, text)
    }

    /// Marks a field whose value was refused.
    fn invalid(&self) -> &'static str {
        if self.view.problem.is_some() { " aria-invalid=\"true\" aria-describedby=\"problem-text\"" } else { "" }
    }
}

/// The texts of a step, and the classes that Okta's page has there.
#[derive(Debug)]
struct StepWords {
    heading: &'static str,
    submit: &'static str,
    view_class: &'static str,
}

impl StepWords {
    fn of(step: &Step, words: &Words) -> Self {
        let Words { sign_in, recovery, proofs, .. } = words;
        let step_words = |heading, submit, view_class| Self { heading, submit, view_class };
        match step {
            Step::Identify { is_unlock: false, .. } => {
                step_words(recovery.reset_heading, sign_in.next, "siw-main-view identify-recovery forgot-password")
            }
            Step::Identify { is_unlock: true, .. } => {
                step_words(recovery.unlock_heading, sign_in.next, "siw-main-view select-authenticator-unlock-account")
            }
            Step::Code { .. } => {
                step_words(recovery.email_heading, sign_in.verify, "siw-main-view challenge-authenticator--okta_email")
            }
            Step::Question { .. } => step_words(
                proofs.question_heading,
                sign_in.verify,
                "siw-main-view challenge-authenticator--security_question",
            ),
            Step::Confirm { .. } => {
                step_words(recovery.unlock_heading, recovery.unlock, "siw-main-view unlock-account")
            }
            Step::Password { is_activation: false, .. } => {
                step_words(recovery.reset_heading, recovery.reset, "siw-main-view reset-authenticator--okta_password")
            }
            Step::Password { is_activation: true, .. } => step_words(
                recovery.activation_heading,
                sign_in.next,
                "siw-main-view enroll-authenticator--okta_password",
            ),
            Step::Profile { is_update: true, .. } => {
                step_words(recovery.profile_heading, recovery.finish, "siw-main-view enroll-profile")
            }
            Step::Profile { is_update: false, .. } => {
                step_words(recovery.sign_up_heading, recovery.sign_up, "siw-main-view enroll-profile")
            }
            Step::Unlocked { .. } => step_words(recovery.unlocked_heading, "", "siw-main-view terminal"),
        }
    }
}
