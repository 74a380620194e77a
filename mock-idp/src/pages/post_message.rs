//! Okta's `okta_post_message` response mode: the response is a message from this window to the one that opened or embeds it.
//!
//! The only page with a script of its own: the values are in it, as Okta has them, so it cannot be a file. A nonce in the
//! Content-Security-Policy allows this one script. The message goes to the origin of the checked redirect URI only.

use crate::pages::view::PostMessageView;
use askama::Template;

use super::chrome::Chrome;
use super::javascript;

#[derive(Debug, Template)]
#[template(path = "post_message.html")]
pub(super) struct PostMessagePage<'a> {
    chrome: Chrome<'a>,
    view: &'a PostMessageView,
}

impl<'a> PostMessagePage<'a> {
    pub(super) fn new(view: &'a PostMessageView) -> Self {
        // Okta: the whole title.
        Self { chrome: Chrome::titled(&view.frame, "Signing in...".to_owned()).in_english(), view }
    }

    fn literal(value: &str) -> String {
        javascript::literal(value)
    }
}
