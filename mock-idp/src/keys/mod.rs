//! Signing keys: a ring for each authorization server, loaded when first needed, never generated before the port is open.
//!
//! Which keys a server has is a record of the ledger. What this process adds are the keys that its servers begin with, and the
//! loaded keys.

mod bank;
mod certificate;
mod error;
mod loaded;
mod ring;
mod source;
mod verified;

pub(crate) use bank::{expect_sandbox, expect_use};
pub(crate) use certificate::{Validity, self_signed, signing_request};
pub(crate) use error::KeyError;
pub(crate) use loaded::LoadedKeys;
pub(crate) use ring::{KeyRing, Rotation};
pub(crate) use source::{KeyPool, NewKeys, pem};
