//! The token response (RFC 6749 5.1).

use serde::Deserialize;

/// What the token endpoint issues.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenReply {
    pub token_type: String,
    pub expires_in: Option<i64>,
    pub access_token: String,
    pub scope: Option<String>,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
}
