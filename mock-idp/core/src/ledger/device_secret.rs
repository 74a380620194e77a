//! Device secrets, and the tokens that were exchanged for them. OpenID Connect Native SSO.

use serde::{Deserialize, Serialize};

use super::session::Authentication;

/// A device secret: other apps on the device exchange it for tokens of their own. OpenID Connect Native SSO 3.2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceSecret {
    pub server: String,
    pub authentication: Authentication,
    /// Seconds since the epoch.
    pub expires: i64,
    pub revoked: bool,
    /// What was exchanged for it, and is revoked with it.
    pub exchanged: Vec<ExchangedTokens>,
}

/// Tokens that were exchanged for a device secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangedTokens {
    /// `jti` of the access token.
    pub access_token: String,
    pub family: Option<String>,
}

impl DeviceSecret {
    /// The largest number of exchanges that are recorded; beyond it, the oldest are dropped.
    const MOST: usize = 1_000;

    /// Whether it can be exchanged.
    #[must_use]
    pub fn is_active(&self, now: i64) -> bool {
        !self.revoked && now < self.expires
    }

    /// Records an exchange; `false` if the secret is not active any more.
    pub fn record(&mut self, exchanged: ExchangedTokens, now: i64) -> bool {
        if !self.is_active(now) {
            return false;
        }
        if self.exchanged.len() >= Self::MOST {
            self.exchanged.remove(0);
        }
        self.exchanged.push(exchanged);
        true
    }

    /// Revokes it. Returns what has to be revoked with it.
    pub fn revoke(&mut self) -> Vec<ExchangedTokens> {
        self.revoked = true;
        std::mem::take(&mut self.exchanged)
    }
}
