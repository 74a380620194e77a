//! Where a developer gives the word that a user would give on a phone: requests of clients that ask by the back channel.

use askama::Template;
use mock_idp_core::sign_in::view::BackchannelView;

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
