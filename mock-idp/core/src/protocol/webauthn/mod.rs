//! Registration and authentication by public keys in the browser. WebAuthn Level 2 (<https://www.w3.org/TR/webauthn-2/>), 7.1 and 7.2;
//! what Level 3 adds is cited as such.
//!
//! Attestation statements of the formats `none` and `packed` are verified, without a chain to a root: a mock trusts every
//! authenticator. Those of the other registered formats are not read: their credentials count as if they had none.

mod assertion;
mod attestation;
mod authenticator_data;
mod cbor;
mod ceremony;
mod client_data;
mod cose;
mod registration;
#[cfg(test)]
mod tests;

pub use assertion::{Assertion, KnownCredential, VerifiedAssertion, verify_assertion};
pub use attestation::Attestation;
pub use ceremony::{
    CHALLENGE_LENGTH, Ceremony, CeremonyError, MAX_CREDENTIAL_ID, decode, encode, new_challenge, origin_of, unusable,
};
pub use client_data::challenge_of;
pub use cose::ALGORITHMS;
pub use registration::{NewCredential, Registration, verify_registration};
