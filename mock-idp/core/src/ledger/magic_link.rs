//! Magic links: links in emails that confirm the code beside them.

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// A link, stored under the hash of its token.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct MagicLink {
    pub user_id: String,
    /// The browser that has asked for it. In others it shows the code.
    pub browser: String,
    pub code: SealedCode,
    /// The first second at which it cannot be opened.
    pub expires: i64,
    pub state: MagicLinkState,
}

/// The code beside a link, which only the token of the link opens: the store has neither of them in the clear.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SealedCode(String);

impl SealedCode {
    /// Seals a code. A token seals one code, so that its hash is a key that is used once.
    #[must_use]
    pub fn seal(code: &str, token: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(combined(code.as_bytes(), token)))
    }

    /// The code; other tokens do not give it.
    #[must_use]
    pub fn open(&self, token: &str) -> Option<String> {
        String::from_utf8(combined(&URL_SAFE_NO_PAD.decode(&self.0).ok()?, token)).ok()
    }
}

/// Bytes, combined with a key that the token gives. The same again undoes it.
fn combined(bytes: &[u8], token: &str) -> Vec<u8> {
    debug_assert!(bytes.len() <= SHA256_OUTPUT_LEN, "codes are short");
    // Not the hash that is the key of the record.
    let key = digest(&SHA256, format!("code of {token}").as_bytes());
    bytes.iter().zip(key.as_ref()).map(|(byte, key)| byte ^ key).collect()
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

    /// Opens it by its token in a browser.
    pub fn open(&mut self, token: &str, browser: Option<&str>, now: i64) -> OpenedLink {
        match self.state {
            MagicLinkState::Replaced => OpenedLink::Replaced,
            MagicLinkState::Opened => OpenedLink::Expired,
            MagicLinkState::Sent if now >= self.expires => OpenedLink::Expired,
            MagicLinkState::Sent if browser == Some(&*self.browser) => {
                self.state = MagicLinkState::Opened;
                OpenedLink::Verified
            }
            MagicLinkState::Sent => self.code.open(token).map_or(OpenedLink::Expired, OpenedLink::Code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_with_the_token_of_its_link_only() {
        let sealed = SealedCode::seal("482913", "ft-token");
        assert_eq!(sealed.open("ft-token").as_deref(), Some("482913"));
        assert_ne!(sealed.open("ft-other").as_deref(), Some("482913"));
        assert!(!serde_json::to_string(&sealed).unwrap().contains("482913"));
    }
}
