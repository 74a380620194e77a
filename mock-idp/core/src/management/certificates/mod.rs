//! Keys with certificates: those that apps and identity providers sign with, and those that identity providers are trusted by. The mock
//! signs and verifies nothing with them, and keeps no private key.

mod members;
mod owner;
mod requests;
mod saml_metadata;
mod signing_keys;
mod trusted_keys;

pub use owner::KeyOwner;
pub use requests::{
    RequestedNames, SigningRequest, create, get as get_request, list as list_requests, names, publish, revoke,
};
pub(super) use saml_metadata::has_key;
pub use saml_metadata::metadata;
pub use signing_keys::{active, add, clone_to, get, list, validity};
pub use trusted_keys::{
    add as trust, get as get_trusted, list as list_trusted, remove as distrust, replace as replace_trusted,
};
