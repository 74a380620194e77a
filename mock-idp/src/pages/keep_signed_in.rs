//! The page that asks whether to stay signed in.

use askama::Template;

use super::chrome::Chrome;
use super::words::Words;
use crate::pages::view::KeepMeSignedInView;

#[derive(Debug, Template)]
#[template(path = "keep_signed_in.html")]
pub(super) struct KeepMeSignedInPage<'a> {
    chrome: Chrome<'a>,
    view: &'a KeepMeSignedInView,
}

impl<'a> KeepMeSignedInPage<'a> {
    pub(super) fn new(view: &'a KeepMeSignedInView) -> Self {
        let title = Words::of(view.frame.language).keep_signed_in.heading;
        Self { chrome: Chrome::new(&view.frame, title), view }
    }
}
