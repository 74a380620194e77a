//! The pages by which a user lets a device in: the code that it shows, who lets it in, and what came of it.

use askama::Template;
use mock_idp_core::sign_in::view::{ActivationStep, ActivationView, ConsentScope};

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "activation.html")]
pub(super) struct ActivationPage<'a> {
    chrome: Chrome<'a>,
    step: &'a ActivationStep,
}

impl<'a> ActivationPage<'a> {
    pub(super) fn new(view: &'a ActivationView) -> Self {
        let (title, problem) = match &view.step {
            ActivationStep::Code { refused, .. } => ("Activate your device", refused.is_some()),
            ActivationStep::Confirm { .. } => ("Let this device in?", false),
            ActivationStep::Done { allowed: true, .. } => ("Device activated", false),
            ActivationStep::Done { allowed: false, .. } => ("Device not activated", false),
        };
        Self { chrome: Chrome::new(&view.frame, title).with_problem(problem), step: &view.step }
    }

    /// What a scope is called: its display name, or its bare name where the administrator gave none.
    fn title(scope: &ConsentScope) -> &str {
        if scope.display_name.is_empty() { &scope.name } else { &scope.display_name }
    }
}
