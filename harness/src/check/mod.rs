//! Checks: small assertions with a stable id, a sentence, a severity and citations.
//!
//! A check writes a finding and decides nothing else. Each file has the checks of one kind of document.

pub mod access_token;
pub mod api;
pub mod authorization;
pub mod configuration;
pub mod discovery;
pub mod encryption;
mod error_text;
pub mod extension;
pub mod fapi;
pub mod headers;
pub mod hooks;
pub mod id_jag;
pub mod id_token;
pub mod introspection;
pub mod keys;
pub mod logout;
mod metadata_members;
pub mod module;
mod okta_metadata;
pub mod proof;
mod published_key;
pub mod registration;
pub mod session_management;
mod signed_token;
mod standard_claims;
pub mod token;
pub mod userinfo;

pub use crate::record::Check;
pub(crate) use crate::record::checks;

/// Every check of this module's children.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [
        access_token::ALL,
        api::ALL,
        authorization::ALL,
        configuration::ALL,
        discovery::ALL,
        encryption::ALL,
        extension::ALL,
        fapi::ALL,
        headers::ALL,
        hooks::ALL,
        id_jag::ALL,
        id_token::ALL,
        introspection::ALL,
        keys::ALL,
        logout::ALL,
        module::ALL,
        registration::ALL,
        session_management::ALL,
        proof::ALL,
        token::ALL,
        userinfo::ALL,
    ]
    .into_iter()
    .flatten()
}
