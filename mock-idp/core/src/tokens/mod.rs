//! Tokens: their contents, their signatures, and whom they are encrypted for. Every token of every kind is issued by [`issue()`].

mod access_token;
mod change;
pub mod dpop;
pub mod fault;
pub mod hook;
mod hook_call;
mod id_jag;
mod id_token;
mod interclient;
mod issue;
mod keys;
mod kind;
mod logout_token;
mod push_challenge;
mod recipient;
pub mod resource;
mod sign;
mod spec;
mod unsigned;
mod verify;

pub use change::TokenChange;
pub use id_jag::{IdJag, is_signed_id_jag};
pub use id_token::half_hash;
pub use interclient::{InterclientToken, verify_interclient_token};
pub use issue::{issue, prepare};
pub use keys::ServerKeys;
pub use kind::TokenKind;
pub use logout_token::LogoutToken;
pub use push_challenge::{PUSH_TYPE, sign_push_challenge};
pub use recipient::Recipient;
pub use sign::{SignatureAlgorithm, SigningKey, foreign_jwk, public_jwk};
pub use spec::{DelegatedClaims, TokenGrant, TokenOrigin, TokenSelection, TokenSpec};
pub use unsigned::{SignedTokens, UnsignedToken, UnsignedTokens};
pub use verify::{Audience, Verified, family_of, verify_access_token, verify_id_token};
