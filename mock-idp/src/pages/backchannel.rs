//! The page where a developer answers backchannel requests, as a user would on a phone.

use crate::pages::view::BackchannelView;
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
}
