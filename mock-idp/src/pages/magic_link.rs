//! The page that a link in an email leads to.

use crate::pages::view::{LinkResult, MagicLinkView};
use askama::Template;

use super::chrome::Chrome;
use super::words::Words;

#[derive(Debug, Template)]
#[template(path = "magic_link.html")]
pub(super) struct MagicLinkPage<'a> {
    chrome: Chrome<'a>,
    view: &'a MagicLinkView,
    text: &'static str,
    is_problem: bool,
}

impl<'a> MagicLinkPage<'a> {
    pub(super) fn new(view: &'a MagicLinkView) -> Self {
        let Words { magic_link, email, .. } = Words::of(view.frame.language);
        let (text, is_problem) = match view.result {
            LinkResult::Verified => (magic_link.return_to_tab, false),
            LinkResult::Code => (magic_link.enter_code, false),
            LinkResult::Expired => (magic_link.expired, true),
            LinkResult::Replaced => (magic_link.replaced, true),
        };
        let chrome = Chrome::new(&view.frame, email.heading).with_problem(is_problem);
        Self { chrome, view, text, is_problem }
    }
}
