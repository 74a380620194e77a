//! Values that others have chosen and that count once: `jti` of assertions, request objects and proofs.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::protocol::{ErrorId, OAuthError};

/// That a value has been used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Used {}

/// A value that has to be used up before what it came with is believed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SingleUse {
    /// The ledger key. It holds a digest: the value itself may be of any length.
    pub key: String,
    /// Until when it has to be remembered: what came with it is worth nothing from then on. Seconds since the epoch.
    pub ends: i64,
    again: ErrorId,
}

impl SingleUse {
    /// A value of that kind, chosen by that owner; `again` is what a second use is answered with.
    #[must_use]
    pub fn new(kind: &str, owner: &str, value: &str, ends: i64, again: ErrorId) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(value));
        Self { key: format!("{kind}/{owner}/{digest}"), ends, again }
    }

    /// The refusal of a second use.
    #[must_use]
    pub fn refusal(&self) -> OAuthError {
        OAuthError::new(self.again, "its jti has been used before")
    }
}
