//! The checks that a token must pass. All checks run even after one has failed, so that a page can show every failure.

mod access_token;
mod id_token;
mod shared;

pub(crate) use access_token::{AccessTokenRules, access_token};
pub(crate) use id_token::{IdTokenRules, MAX_AGE_SKEW_SECONDS, id_token};
pub(crate) use shared::ISSUED_AHEAD_SECONDS;
