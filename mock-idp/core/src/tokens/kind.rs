//! The kinds of tokens that a server issues.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of token. Each can be issued with a fault: [`TokenFault`](super::fault::TokenFault).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
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
