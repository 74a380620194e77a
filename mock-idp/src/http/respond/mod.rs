//! How answers are written: one renderer for each shape of error.

pub(crate) mod accept;
pub(crate) mod api_error;
pub(crate) mod challenge;
pub(crate) mod json;
pub(crate) mod oauth_error;
pub(crate) mod page;
