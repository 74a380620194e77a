//! The pages of device activation: entering the code, confirming, and the result.

use crate::pages::view::{ActivationStep, ActivationView, ConsentScope};
use askama::Template;

use super::chrome::Chrome;
use super::words::Words;

#[derive(Debug, Template)]
#[template(path = "activation.html")]
pub(super) struct ActivationPage<'a> {
    chrome: Chrome<'a>,
    step: &'a ActivationStep,
}

impl<'a> ActivationPage<'a> {
    pub(super) fn new(view: &'a ActivationView) -> Self {
        let words = &Words::of(view.frame.language).device;
        let (title, problem) = match &view.step {
            ActivationStep::Code { refused, .. } => (words.code_heading, refused.is_some()),
            ActivationStep::Confirm { .. } => (words.confirm_heading, false),
            ActivationStep::Done { allowed: true, .. } => (words.activated, false),
            ActivationStep::Done { allowed: false, .. } => (words.not_activated, false),
        };
        Self { chrome: Chrome::new(&view.frame, title).with_problem(problem), step: &view.step }
    }

    /// The display name of a scope, or its name if it has none.
    fn title(scope: &ConsentScope) -> &str {
        if scope.display_name.is_empty() { &scope.name } else { &scope.display_name }
    }
}
