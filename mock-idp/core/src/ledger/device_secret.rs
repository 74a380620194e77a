//! Device secrets, and what was exchanged for them. OpenID Connect Native SSO.

use serde::{Deserialize, Serialize};

use super::Authentication;

/// A device secret: what lets other apps on the same device in. OpenID Connect Native SSO 3.2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceSecret {
    pub server: String,
    pub authentication: Authentication,
    /// Seconds since the epoch.
    pub expires: i64,
    pub revoked: bool,
    /// What was exchanged for it, and falls with it.
    pub minted: Vec<Minted>,
}

/// Tokens that fall with something else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Minted {
    /// `jti` of the access token.
    pub access_token: String,
    pub family: Option<String>,
}

impl DeviceSecret {
    /// How many exchanges are remembered; beyond, the oldest are forgotten.
    const MOST: usize = 1_000;

    /// Whether it still lets anybody in.
    #[must_use]
    pub fn is_good(&self, now: i64) -> bool {
        !self.revoked && now < self.expires
    }

    /// Remembers an exchange; `false` when the secret is not good any more.
    pub fn remember(&mut self, minted: Minted, now: i64) -> bool {
        if !self.is_good(now) {
            return false;
        }
        if self.minted.len() >= Self::MOST {
            self.minted.remove(0);
        }
        self.minted.push(minted);
        true
    }

    /// Makes it worthless; what has to fall with it.
    pub fn revoke(&mut self) -> Vec<Minted> {
        self.revoked = true;
        std::mem::take(&mut self.minted)
    }
}
