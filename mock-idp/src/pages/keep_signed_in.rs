//! The page that asks whether to stay signed in.

use crate::pages::view::KeepMeSignedInView;
use askama::Template;

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "keep_signed_in.html")]
pub(super) struct KeepMeSignedInPage<'a> {
    chrome: Chrome<'a>,
    view: &'a KeepMeSignedInView,
}

impl<'a> KeepMeSignedInPage<'a> {
    pub(super) fn new(view: &'a KeepMeSignedInView) -> Self {
        Self { chrome: Chrome::new(&view.frame, "Keep me signed in"), view }
    }
}
