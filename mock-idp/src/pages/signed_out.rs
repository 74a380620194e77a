//! The page after sign-out without a registered return address.

use crate::pages::view::SignedOutView;
use askama::Template;

use super::chrome::Chrome;
use super::words::Words;

#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub(super) struct SignedOutPage<'a> {
    chrome: Chrome<'a>,
    view: &'a SignedOutView,
}

impl<'a> SignedOutPage<'a> {
    pub(super) fn new(view: &'a SignedOutView) -> Self {
        let words = &Words::of(view.frame.language).sign_out;
        let title = if view.was_signed_in { words.done_title } else { words.none_title };
        Self { chrome: Chrome::new(&view.frame, title), view }
    }
}
