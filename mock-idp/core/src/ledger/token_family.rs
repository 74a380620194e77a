//! Refresh tokens, and access tokens that are revoked.

use serde::{Deserialize, Serialize};

use super::code::Authorization;

/// A token family: the refresh tokens that were issued for one grant, and their access tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenFamily {
    pub authorization: Authorization,
    /// The refresh token that is valid now.
    pub current: String,
    /// The one before, and when it was replaced.
    pub previous: Option<(String, i64)>,
    /// Seconds since the epoch; `None` is unlimited.
    pub expires: Option<i64>,
    /// The end of the idle window.
    pub idle_until: i64,
    pub revoked: bool,
    /// Thumbprint of the key that a public client must prove with each use. RFC 9449 5.
    #[serde(default)]
    pub bound_to: Option<String>,
}

/// Which family a refresh token belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshTokenOwner {
    pub family: String,
}

/// An access token that has been revoked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokedAccessToken {}
