//! The page after sign-out without a registered return address.

use crate::pages::view::SignedOutView;
use askama::Template;

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
