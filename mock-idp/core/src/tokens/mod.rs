//! Tokens: what they say, how they are signed, and whom they are encrypted for. [`draft()`] and [`Drafts::sign`] are the
//! only mint.

mod access_token;
pub mod dpop;
pub mod fault;
mod id_jag;
mod id_token;
mod interclient;
mod issue;
mod logout_token;
mod recipient;
pub mod resource;
mod sign;
mod verify;

pub use id_jag::{IdJag, is_signed_id_jag, sign_id_jag};
pub use id_token::half_hash;
pub use interclient::{InterclientToken, verify_interclient_token};
pub use issue::{Draft, Drafts, Issued, Mint, OnBehalf, Ticket, draft};
pub use logout_token::{Ended, logout_token};
pub use recipient::Recipient;
pub use sign::{SigningKey, public_jwk};
pub use verify::{Audience, Verified, family_of, verify_access_token, verify_id_token};

/// The keys of one authorization server.
#[derive(Clone, Debug)]
pub struct ServerKeys {
    /// Published; signs ID tokens, and a custom server's access tokens.
    pub published: std::sync::Arc<SigningKey>,
    /// Signs access tokens. Okta: the org server's key for them is not published.
    pub access: std::sync::Arc<SigningKey>,
    /// Has signed until the last rotation; what it signed is still good.
    pub retired: Option<std::sync::Arc<SigningKey>>,
}
