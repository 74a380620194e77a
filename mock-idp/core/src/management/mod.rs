//! The management API, as far as this issuer serves it: who may call it, and its errors. Okta: `/api/v1/…`,
//! `/oauth2/v1/clients`, `/oauth2/v1/global-token-revocation`.

mod access;
pub mod clients;
pub mod global_revocation;
mod refusal;

pub use access::{AccessError, Challenged, Credential, check};
pub use refusal::ApiRefusal;
