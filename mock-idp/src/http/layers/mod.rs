//! What surrounds every handler, in the order of [`super::front`].

pub(crate) mod access_log;
pub(crate) mod address;
pub(crate) mod cors;
pub(crate) mod limits;
pub(crate) mod okta_headers;
pub(crate) mod recorded_body;
pub(crate) mod request_body;
pub(crate) mod response_cache;
pub(crate) mod transport_faults;
