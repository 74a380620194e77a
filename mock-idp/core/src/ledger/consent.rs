//! What users have allowed clients to do.

use serde::{Deserialize, Serialize};

use crate::protocol::Scopes;

/// The scopes that a user has allowed a client on a server.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Consent {
    pub scopes: Scopes,
    /// When the user has allowed the first of them, in seconds since the epoch.
    #[serde(default)]
    pub created: i64,
}

impl Consent {
    /// The ledger key of a consent.
    #[must_use]
    pub fn key(server: &str, client_id: &str, user_id: &str) -> String {
        format!("{server}/{client_id}/{user_id}")
    }
}
