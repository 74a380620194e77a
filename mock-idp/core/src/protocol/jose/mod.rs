//! Signed objects that somebody else has made: client assertions, request objects, DPoP proofs; and objects that are
//! encrypted for somebody else. RFC 7515, 7516, 7517, 7518.
//!
//! What arrives is read first and believed later: [`Jws::parse`] says what it claims, a key that the caller has chosen by
//! other means says whether that is so.

mod algorithm;
mod jwe;
mod jwk;
mod jws;

pub use algorithm::Algorithm;
pub use jwe::{CONTENT_ENCRYPTION, EncryptionKey, KeyEncryptionAlgorithm};
pub use jwk::{Fetched, Jwk, JwkSet, KeyProblem, PublicKey, UnusableJwk};
pub use jws::Jws;
