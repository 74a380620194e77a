//! The signing keys of an authorization server.

use std::sync::Arc;

use super::kind::TokenKind;
use super::sign::SigningKey;

/// The keys of one authorization server.
#[derive(Clone, Debug)]
pub struct ServerKeys {
    /// Published; signs everything but the org server's access tokens.
    pub published: Arc<SigningKey>,
    /// Signs access tokens. Okta: the org server's key for them is not published.
    pub access: Arc<SigningKey>,
    /// Signed until the last rotation; its signatures are still valid.
    pub retired: Option<Arc<SigningKey>>,
}

impl ServerKeys {
    /// The key that signs tokens of that kind.
    #[must_use]
    pub fn signing_key(&self, kind: TokenKind) -> &SigningKey {
        if kind == TokenKind::AccessToken { &self.access } else { &self.published }
    }
}
