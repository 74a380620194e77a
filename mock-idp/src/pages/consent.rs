//! The consent form: who asks, for whom, and for what.

use askama::Template;
use mock_idp_core::sign_in::view::{ConsentScope, ConsentView};

use super::about::About;
use super::chrome::Chrome;
use super::sign_in::Asked;

#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub(super) struct ConsentPage<'a> {
    chrome: Chrome<'a>,
    view: &'a ConsentView,
    request: Asked<'a>,
    about: About<'a>,
}

impl<'a> ConsentPage<'a> {
    pub(super) fn new(view: &'a ConsentView) -> Self {
        Self {
            chrome: Chrome::new(&view.frame, "Allow access"),
            view,
            request: Asked::new(&view.request),
            about: About::new(&view.about),
        }
    }

    fn optional_scopes(&self) -> impl Iterator<Item = &'a ConsentScope> {
        self.view.scopes.iter().filter(|scope| scope.optional)
    }

    fn required_scopes(&self) -> impl Iterator<Item = &'a ConsentScope> {
        self.view.scopes.iter().filter(|scope| !scope.optional)
    }

    fn has_required(&self) -> bool {
        self.required_scopes().next().is_some()
    }

    fn has_optional(&self) -> bool {
        self.optional_scopes().next().is_some()
    }

    /// What a scope is called: its display name, or its bare name where the administrator gave none.
    fn title(scope: &ConsentScope) -> &str {
        if scope.display_name.is_empty() { &scope.name } else { &scope.display_name }
    }
}
