//! Okta's `okta_post_message` response mode: the response is a message from this window to the one that opened or embeds it.
//!
//! The only page with a script of its own: the values are in it, as Okta has them, so it cannot be a file. A nonce in the
//! Content-Security-Policy allows this one script. The message goes to the origin of the checked redirect URI only.

use std::fmt::Write as _;

use crate::pages::view::PostMessageView;
use askama::Template;

use super::chrome::Chrome;

#[derive(Debug, Template)]
#[template(path = "post_message.html")]
pub(super) struct PostMessagePage<'a> {
    chrome: Chrome<'a>,
    view: &'a PostMessageView,
}

impl<'a> PostMessagePage<'a> {
    pub(super) fn new(view: &'a PostMessageView) -> Self {
        Self { chrome: Chrome::new(&view.frame, "Signing in..."), view }
    }

    /// The content of a single-quoted literal. Okta: `\xNN` for everything but letters, digits and `,._`, so nothing has a meaning
    /// in HTML or JavaScript.
    fn literal(value: &str) -> String {
        let mut literal = String::with_capacity(value.len() + 16);
        for unit in value.encode_utf16() {
            // Writing to a `String` cannot fail.
            let _ = match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii_alphanumeric() || b",._".contains(&byte) => {
                    literal.write_char(char::from(byte))
                }
                Ok(byte) => write!(literal, "\\x{byte:02X}"),
                Err(_) => write!(literal, "\\u{unit:04X}"),
            };
        }
        literal
    }
}
