//! The page where a developer answers backchannel requests, as a user would on a phone.

use crate::pages::view::{BackchannelView, ShownDecision};
use askama::Template;

use super::chrome::Chrome;
use super::words::Words;

#[derive(Debug, Template)]
#[template(path = "backchannel.html")]
pub(super) struct BackchannelPage<'a> {
    chrome: Chrome<'a>,
    view: &'a BackchannelView,
}

impl<'a> BackchannelPage<'a> {
    pub(super) fn new(view: &'a BackchannelView) -> Self {
        Self { chrome: Chrome::new(&view.frame, Words::of(view.frame.language).phone.heading), view }
    }

    /// What the last decision led to.
    fn decided(&self) -> Option<&'static str> {
        let words = &self.chrome.words.phone;
        Some(match self.view.decided? {
            ShownDecision::Approved => words.approved,
            ShownDecision::Denied => words.denied,
            ShownDecision::TooLate => words.too_late,
        })
    }

    fn seconds(&self, seconds: &i64) -> String {
        (self.chrome.words.phone.seconds)(*seconds)
    }
}
