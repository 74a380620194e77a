//! The management API, as far as this issuer serves it: access, objects and errors. Okta: `/api/v1/…`,
//! `/oauth2/v1/clients`, `/oauth2/v1/global-token-revocation`.

mod access;
mod api_error;
mod catalogue;
pub mod clients;
pub mod global_revocation;
mod store_errors;

pub use access::{AccessError, Challenged, Credential, check};
pub use api_error::ApiError;
pub use catalogue::{API_ERRORS, ApiErrorId, ApiErrorRow};
