//! JWTs that clients have signed: client assertions, request objects, DPoP proofs; and encrypted JWTs. RFC 7515, 7516, 7517, 7518.
//!
//! [`Jws::parse`] does not verify anything: the caller chooses the key and verifies the signature afterwards.

mod algorithm;
mod jwe;
mod jwk;
mod jwk_set;
mod jws;
mod public_key;

pub use algorithm::Algorithm;
pub use jwe::{CONTENT_ENCRYPTION, ContentSecret, EncryptionKey, KeyEncryptionAlgorithm};
pub use jwk::{Jwk, UnusableJwk};
pub use jwk_set::{Fetched, JwkSet, KeyProblem};
pub use jws::Jws;
pub use public_key::PublicKey;
