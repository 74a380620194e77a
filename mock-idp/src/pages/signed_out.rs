//! The page after sign-out, when no registered address takes the user back.

use askama::Template;
use mock_idp_core::sign_in::view::SignedOutView;

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub(super) struct SignedOutPage<'a> {
    chrome: Chrome<'a>,
    view: &'a SignedOutView,
}

impl<'a> SignedOutPage<'a> {
    pub(super) fn new(view: &'a SignedOutView) -> Self {
        let title = if view.was_signed_in { "Signed out" } else { "Not signed in" };
        Self { chrome: Chrome::new(&view.frame, title), view }
    }
}
