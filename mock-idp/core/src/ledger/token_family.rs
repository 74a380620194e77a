//! Refresh tokens, and access tokens that are revoked.

use serde::{Deserialize, Serialize};

use super::code::Authorization;

/// A token family: the refresh tokens that were issued for one grant, and their access tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenFamily {
    pub authorization: Authorization,
    /// When the first token was issued, in seconds since the epoch.
    #[serde(default)]
    pub created: i64,
    /// Seconds since the epoch; `None` is unlimited.
    pub expires: Option<i64>,
    /// Thumbprint of the key that a public client must prove with each use. RFC 9449 5.
    #[serde(default)]
    pub bound_to: Option<String>,
    pub state: FamilyState,
}

/// Whether the tokens of a family are accepted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum FamilyState {
    Active(RefreshTokens),
    Revoked,
}

impl TokenFamily {
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.state == FamilyState::Revoked
    }

    pub fn revoke(&mut self) {
        self.state = FamilyState::Revoked;
    }

    /// The refresh tokens, unless they are revoked, or their lifetime or idle window has ended.
    #[must_use]
    pub fn refresh_tokens(&self, now: i64) -> Option<&RefreshTokens> {
        match &self.state {
            FamilyState::Active(tokens) if now < self.ends(tokens) => Some(tokens),
            FamilyState::Active(_) | FamilyState::Revoked => None,
        }
    }

    /// The first second at which these refresh tokens of the family are not accepted, if they are not used before.
    #[must_use]
    pub fn ends(&self, tokens: &RefreshTokens) -> i64 {
        self.expires.map_or(tokens.idle_until, |expires| expires.min(tokens.idle_until))
    }
}

/// The refresh tokens of a family.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RefreshTokens {
    /// The tokens that have not been rotated. There is more than one if a token was used again within its grace period.
    current: Vec<String>,
    /// The tokens that have been rotated, and when.
    rotated: Vec<(String, i64)>,
    /// The end of the idle window, in seconds since the epoch.
    pub idle_until: i64,
}

/// A refresh token was used again after it had been rotated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReusedRefreshToken;

impl RefreshTokens {
    /// The largest number of tokens that have not been rotated; beyond it, the oldest are dropped.
    const MOST: usize = 100;

    /// The first token of a family.
    #[must_use]
    pub fn first(token: String, idle_until: i64) -> Self {
        Self { current: vec![token], rotated: Vec::new(), idle_until }
    }

    /// How many are recorded.
    pub(super) fn len(&self) -> usize {
        self.current.len() + self.rotated.len()
    }

    /// Whether the token has not been rotated.
    #[must_use]
    pub fn is_current(&self, token: &str) -> bool {
        self.current.iter().any(|current| current == token)
    }

    /// Uses a token, and replaces it by `replacement` if it is rotated. Okta: a rotated token can be used again for
    /// `grace_period` seconds, and each use gives new tokens.
    ///
    /// # Errors
    /// The grace period has ended.
    pub fn redeem(
        mut self,
        token: &str,
        replacement: Option<&str>,
        grace_period: i64,
        now: i64,
    ) -> Result<Self, ReusedRefreshToken> {
        // `now` can be earlier than `since`: of a request that began before, or of a process that does not know yet that the clock
        // has been moved.
        self.rotated.retain(|(_, since)| (now - since).max(0) < grace_period);
        let current = self.current.iter().position(|current| current == token);
        if current.is_none() && !self.rotated.iter().any(|(rotated, _)| rotated == token) {
            return Err(ReusedRefreshToken);
        }
        let Some(replacement) = replacement else { return Ok(self) };
        if let Some(current) = current {
            self.rotated.push((self.current.remove(current), now));
        }
        if self.current.len() >= Self::MOST {
            self.current.remove(0);
        }
        self.current.push(replacement.to_owned());
        Ok(self)
    }
}

/// Which family a refresh token belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshTokenOwner {
    pub family: String,
}

/// An access token that has been revoked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokedAccessToken {}
