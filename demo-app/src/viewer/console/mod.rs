//! The API console: every endpoint with the scope that it needs, to call with the current token or an invalid one. The
//! app's server makes the call, so no token reaches the browser.

mod call;
mod data;
mod page;
mod variant;

pub(super) use call::call;
pub(super) use page::{data, page};
