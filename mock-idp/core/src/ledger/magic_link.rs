//! Magic links: links in emails that confirm the code beside them.

use serde::{Deserialize, Serialize};

/// A link, stored under the hash of its token.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct MagicLink {
    pub user_id: String,
    /// The browser that has asked for it. In others it shows the code.
    pub browser: String,
    pub code: String,
    /// The first second at which it cannot be opened.
    pub expires: i64,
    pub state: MagicLinkState,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum MagicLinkState {
    Sent,
    /// It was opened in the browser that has asked for it.
    Opened,
    /// Another one was sent.
    Replaced,
}

/// What a link shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OpenedLink {
    /// The sign-in goes on where it was begun.
    Verified,
    /// The code, to be entered where the sign-in was begun.
    Code(String),
    /// It has been used, or is too old.
    Expired,
    Replaced,
}

impl MagicLink {
    /// Seconds for which it is kept after it has expired: a sign-in may ask later for a link that was opened in time.
    pub const KEPT: i64 = 3_600;

    /// Opens it in a browser.
    pub fn open(&mut self, browser: Option<&str>, now: i64) -> OpenedLink {
        match self.state {
            MagicLinkState::Replaced => OpenedLink::Replaced,
            MagicLinkState::Opened => OpenedLink::Expired,
            MagicLinkState::Sent if now >= self.expires => OpenedLink::Expired,
            MagicLinkState::Sent if browser == Some(&*self.browser) => {
                self.state = MagicLinkState::Opened;
                OpenedLink::Verified
            }
            MagicLinkState::Sent => OpenedLink::Code(self.code.clone()),
        }
    }
}
