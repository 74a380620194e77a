//! The page that asks whether to sign out.

use crate::pages::view::SignOutView;
use askama::Template;

use super::chrome::Chrome;
use super::words::Words;

#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub(super) struct SignOutPage<'a> {
    chrome: Chrome<'a>,
    view: &'a SignOutView,
}

impl<'a> SignOutPage<'a> {
    pub(super) fn new(view: &'a SignOutView) -> Self {
        Self { chrome: Chrome::new(&view.frame, Words::of(view.frame.language).sign_out.title), view }
    }
}
