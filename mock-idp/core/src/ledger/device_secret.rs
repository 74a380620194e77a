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
    pub state: DeviceSecretState,
}

/// Whether a device secret can be exchanged.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum DeviceSecretState {
    /// Until it expires.
    Active {
        /// What was exchanged for it, and is revoked with it.
        exchanged: Vec<ExchangedTokens>,
    },
    Revoked,
}

/// Tokens that were exchanged for a device secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ExchangedTokens {
    /// `jti` of the access token.
    pub access_token: String,
    pub family: Option<String>,
}

impl DeviceSecret {
    /// The largest number of exchanges that are recorded; beyond it, the oldest are dropped.
    const MOST: usize = 1_000;

    /// A new one.
    #[must_use]
    pub fn new(server: String, authentication: Authentication, expires: i64) -> Self {
        Self { server, authentication, expires, state: DeviceSecretState::Active { exchanged: Vec::new() } }
    }

    /// Whether it can be exchanged.
    #[must_use]
    pub fn is_active(&self, now: i64) -> bool {
        matches!(self.state, DeviceSecretState::Active { .. }) && now < self.expires
    }

    /// Records an exchange, unless the secret has been revoked.
    pub fn record(&mut self, exchanged: ExchangedTokens) {
        let DeviceSecretState::Active { exchanged: earlier } = &mut self.state else { return };
        if earlier.len() >= Self::MOST {
            earlier.remove(0);
        }
        earlier.push(exchanged);
    }

    /// Revokes it. Returns what has to be revoked with it.
    pub fn revoke(&mut self) -> Vec<ExchangedTokens> {
        match std::mem::replace(&mut self.state, DeviceSecretState::Revoked) {
            DeviceSecretState::Active { exchanged } => exchanged,
            DeviceSecretState::Revoked => Vec::new(),
        }
    }
}
