//! Tokens: decoding a JWT, the keys of an issuer, and the checks that a token must pass.

pub(crate) mod check;
mod jwt;
pub(crate) mod keys;
pub(crate) mod verify;

pub(crate) use jwt::Jwt;
