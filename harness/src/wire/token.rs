//! The token response (RFC 6749 5.1).

use serde::Deserialize;

use super::authorization::Callback;

/// A successful token response.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenReply {
    pub token_type: String,
    pub expires_in: Option<i64>,
    pub access_token: String,
    pub scope: Option<String>,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
}

impl TokenReply {
    /// The tokens of an authorization response (OIDC Core 3.2.2.5), if it has an access token.
    #[must_use]
    pub fn in_front(callback: &Callback) -> Option<Self> {
        Some(Self {
            token_type: callback.get("token_type").unwrap_or_default().to_owned(),
            expires_in: callback.get("expires_in").and_then(|seconds| seconds.parse().ok()),
            access_token: callback.get("access_token")?.to_owned(),
            scope: callback.get("scope").map(str::to_owned),
            refresh_token: None,
            id_token: callback.get("id_token").map(str::to_owned),
        })
    }
}
