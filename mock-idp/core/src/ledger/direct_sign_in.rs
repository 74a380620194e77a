//! Sign-ins by direct authentication: the client asks the user itself, at the token endpoint.

use serde::{Deserialize, Serialize};

use super::session::Proof;
use super::transaction::SentCode;
use crate::model::SignInMethod;
use crate::protocol::Scopes;

/// A user who has proved something to a client, and has to prove more. Stored under its `mfa_token`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DirectSignIn {
    pub server: String,
    pub client_id: String,
    pub user_id: String,
    /// The scopes of the first request, as it has named them.
    pub requested: Scopes,
    pub scopes: Scopes,
    /// When the first proof was given.
    pub began: i64,
    pub proofs: Vec<Proof>,
    /// The first second at which it cannot be continued.
    pub expires: i64,
    /// Whether the client has its tokens.
    pub redeemed: bool,
}

impl DirectSignIn {
    /// Seconds for which a sign-in can be continued. Okta: that of challenges is known, that of an `mfa_token` is not.
    pub const LIFETIME: i64 = 300;
    /// Okta: characters of an `mfa_token`.
    pub const TOKEN_LENGTH: usize = 20;

    /// Whether it can be continued.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        !self.redeemed && now < self.expires
    }
}

/// A code or a notification that a client has requested for a user. Stored under its `oob_code`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OobChallenge {
    pub server: String,
    pub client_id: String,
    pub user_id: String,
    pub factor_id: String,
    pub method: SignInMethod,
    /// The sign-in that it continues. `None`: it begins one.
    pub mfa_token: Option<String>,
    pub asked: OobQuestion,
    /// When the client polled last.
    pub polled: Option<i64>,
    /// The first second at which it cannot be answered.
    pub expires: i64,
    /// Whether it has been answered.
    pub used: bool,
    /// Whether no user was asked: the client is not to learn that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_decoy: bool,
}

/// How the user answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OobQuestion {
    /// With this code, by the client.
    Code(SentCode),
    /// On the phone: the id of the notification, and the number that the client shows.
    Push { id: String, number: Option<u8> },
}

impl OobChallenge {
    /// Okta: `expires_in`.
    pub const LIFETIME: i64 = 300;
    /// Seconds that a client has to wait between two polls. Okta: `interval`.
    pub const INTERVAL: i64 = 5;
    /// Okta: characters of an `oob_code`.
    pub const CODE_LENGTH: usize = 34;

    /// Whether it can be answered.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        !self.used && now < self.expires
    }

    /// The id of the notification.
    #[must_use]
    pub fn push(&self) -> Option<&str> {
        match &self.asked {
            OobQuestion::Push { id, .. } => Some(id),
            OobQuestion::Code(_) => None,
        }
    }
}
