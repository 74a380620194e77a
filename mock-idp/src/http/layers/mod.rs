//! What happens to every request around its handler, in the order of [`super::front`].

pub mod access_log;
pub mod address;
pub(crate) mod cors;
pub(crate) mod kept;
pub(crate) mod limits;
pub(crate) mod okta_headers;
pub(crate) mod trailing_slash;
pub(crate) mod transport_faults;
