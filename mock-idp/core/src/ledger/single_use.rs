//! Values that clients choose and that can be used once: `jti` of assertions, request objects and proofs.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::protocol::{ErrorId, OAuthError};

/// A value that has been used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ConsumedValue {}

/// A value that has to be consumed before the token that contains it is accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SingleUse {
    /// The key in the ledger. It has a digest of the value, which may be of any length.
    pub key: String,
    /// When the token that contains it expires, and the value can be forgotten: seconds since the epoch.
    pub ends: i64,
    again: ErrorId,
}

impl SingleUse {
    /// A value of this kind, which `owner` has chosen; `again` is the error of a second use.
    #[must_use]
    pub fn new(kind: &str, owner: &str, value: &str, ends: i64, again: ErrorId) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(value));
        Self { key: format!("{kind}/{owner}/{digest}"), ends, again }
    }

    /// The error of a second use.
    #[must_use]
    pub fn refusal(&self) -> OAuthError {
        OAuthError::new(self.again, "its jti has been used before")
    }
}
