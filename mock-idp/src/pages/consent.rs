//! The consent form: client, user and scopes.

use crate::pages::view::{ConsentScope, ConsentView};
use askama::Template;

use super::about::About;
use super::chrome::Chrome;
use super::sign_in::Asked;
use super::words::Words;

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
        let words = Words::of(view.frame.language);
        Self {
            chrome: Chrome::new(&view.frame, words.consent.title),
            view,
            request: Asked::new(&view.request, words),
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

    /// The display name of a scope, or its name if it has none.
    fn title(scope: &ConsentScope) -> &str {
        if scope.display_name.is_empty() { &scope.name } else { &scope.display_name }
    }
}
