//! Tokens in the links that users get, and the codes beside them.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// What a user gets access to the account for without signing in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum RecoveryKind {
    /// The password is forgotten, or an administrator has reset it.
    Password,
    /// The account is locked.
    Unlock,
    /// The account is new, and has no password yet.
    Activation,
}

/// A token that a user got in a link, stored under its hash. It counts once, and so does the code that was sent with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneTimeToken {
    pub user_id: String,
    pub kind: RecoveryKind,
    /// Whether the recovery question is asked before the user goes on.
    pub asks_question: bool,
    /// The hash of the code that was sent with the link.
    pub code: Option<String>,
    /// How many wrong codes and answers have been entered.
    pub wrong: u8,
    /// The first second at which it cannot be used.
    pub expires: i64,
}

impl OneTimeToken {
    /// How many wrong codes and answers end it. Okta does not document it.
    pub const MAX_WRONG: u8 = 5;

    /// Okta: characters of a token.
    pub const LENGTH: usize = 20;

    /// The key under which a token, or a code, is stored.
    #[must_use]
    pub fn hash(secret: &str) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, secret.as_bytes()))
    }

    /// Whether it is the code that was sent.
    #[must_use]
    pub fn has_code(&self, typed: &str) -> bool {
        self.code.as_ref().is_some_and(|code| *code == Self::hash(typed.trim()))
    }
}
