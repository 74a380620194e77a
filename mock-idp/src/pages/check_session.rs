//! The page that clients embed to learn whether the session has changed. Session Management 3.2.

use crate::pages::view::CheckSessionView;
use askama::Template;

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "check_session.html")]
pub(super) struct CheckSessionPage<'a> {
    chrome: Chrome<'a>,
    view: &'a CheckSessionView,
}

impl<'a> CheckSessionPage<'a> {
    pub(super) fn new(view: &'a CheckSessionView) -> Self {
        Self { chrome: Chrome::new(&view.frame, "Session check").in_english(), view }
    }
}
