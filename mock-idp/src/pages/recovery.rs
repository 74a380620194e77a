//! The pages of recoveries: forgotten password, locked account, activation.

use askama::Template;

use super::chrome::Chrome;
use super::sign_in_problem::words;
use crate::pages::view::{RecoveryPageStep as Step, RecoveryView};

#[derive(Debug, Template)]
#[template(path = "recovery.html")]
pub(super) struct RecoveryPage<'a> {
    chrome: Chrome<'a>,
    view: &'a RecoveryView,
    words: RecoveryWords,
}

impl<'a> RecoveryPage<'a> {
    pub(super) fn new(view: &'a RecoveryView) -> Self {
        let words = RecoveryWords::of(&view.step);
        let chrome = Chrome::new(&view.frame, words.heading).with_problem(view.problem.is_some());
        Self { chrome, view, words }
    }

    fn problem_text(&self) -> &'static str {
        self.view.problem.as_ref().map_or("", |problem| words(problem).0)
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

    /// Marks a field whose value was refused.
    fn invalid(&self) -> &'static str {
        if self.view.problem.is_some() { " aria-invalid=\"true\" aria-describedby=\"problem-text\"" } else { "" }
    }
}

/// Okta's texts, and the classes that its page has in this step.
#[derive(Debug)]
struct RecoveryWords {
    heading: &'static str,
    submit: &'static str,
    view_class: &'static str,
}

impl RecoveryWords {
    fn of(step: &Step) -> Self {
        let words = |heading, submit, view_class| Self { heading, submit, view_class };
        match step {
            Step::Identify { is_unlock: false, .. } => {
                words("Reset your password", "Next", "siw-main-view identify-recovery forgot-password")
            }
            Step::Identify { is_unlock: true, .. } => {
                words("Unlock account?", "Next", "siw-main-view select-authenticator-unlock-account")
            }
            Step::Code { .. } => {
                words("Verify with your email", "Verify", "siw-main-view challenge-authenticator--okta_email")
            }
            Step::Question { .. } => words(
                "Verify with your Security Question",
                "Verify",
                "siw-main-view challenge-authenticator--security_question",
            ),
            Step::Confirm { .. } => words("Unlock account?", "Unlock account", "siw-main-view unlock-account"),
            Step::Password { is_activation: false, .. } => {
                words("Reset your password", "Reset Password", "siw-main-view reset-authenticator--okta_password")
            }
            Step::Password { is_activation: true, .. } => {
                words("Set up password", "Next", "siw-main-view enroll-authenticator--okta_password")
            }
            Step::Profile { .. } => words("Sign up", "Sign Up", "siw-main-view enroll-profile"),
            Step::Unlocked { .. } => words("Account successfully unlocked!", "", "siw-main-view terminal"),
        }
    }
}
