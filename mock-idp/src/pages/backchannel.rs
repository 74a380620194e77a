//! The page where a developer answers backchannel requests, as a user would on a phone.

use crate::pages::view::{BackchannelView, ShownDecision};
use askama::Template;

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "backchannel.html")]
pub(super) struct BackchannelPage<'a> {
    chrome: Chrome<'a>,
    view: &'a BackchannelView,
}

impl<'a> BackchannelPage<'a> {
    pub(super) fn new(view: &'a BackchannelView) -> Self {
        Self { chrome: Chrome::new(&view.frame, "Requests to approve"), view }
    }

    /// What the last decision led to.
    fn decided(&self) -> Option<&'static str> {
        Some(match self.view.decided? {
            ShownDecision::Approved => "Approved. The sign-in goes on the next time it asks.",
            ShownDecision::Denied => "Denied. The sign-in gets an error the next time it asks.",
            ShownDecision::TooLate => "Nothing has changed: that request was answered before, or its time is over.",
        })
    }
}
