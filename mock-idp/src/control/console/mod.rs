//! The console: the start page, the explain API and the journal as pages.

mod coverage;
mod inbox;
mod preview;
mod requests;
mod response;
mod start;

pub(super) use coverage::coverage;
pub(super) use inbox::inbox;
pub(super) use preview::preview_page;
pub(super) use requests::{request, requests};
pub(super) use response::{frame, page};
pub(super) use start::start;
