//! The kinds of tokens that a server issues.

/// A kind of token. Each can be issued with a fault: [`TokenFault`](super::fault::TokenFault).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenKind {
    AccessToken,
    IdToken,
    /// Opaque: a random value, not a JWT.
    RefreshToken,
    IdJag,
    InterclientToken,
    LogoutToken,
    /// Signed claims about a user. OIDC Core 5.3.2.
    Userinfo,
}
