//! Dynamic client registration. RFC 7591, RFC 7592; Okta: `/oauth2/v1/clients`, at the org only.

mod access;
mod error;
mod metadata;
mod registration;
mod view;

pub use access::{RegistrationKey, may_register};
pub use error::ClientError;
pub use metadata::Metadata;
pub use registration::{find, register, replace, with_new_secret};
pub use view::view;
