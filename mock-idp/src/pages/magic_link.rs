//! The page that a link in an email leads to.

use crate::pages::view::MagicLinkView;
use askama::Template;

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "magic_link.html")]
pub(super) struct MagicLinkPage<'a> {
    chrome: Chrome<'a>,
    view: &'a MagicLinkView,
}

impl<'a> MagicLinkPage<'a> {
    pub(super) fn new(view: &'a MagicLinkView) -> Self {
        let chrome = Chrome::new(&view.frame, "Verify with your email").with_problem(view.is_problem);
        Self { chrome, view }
    }
}
