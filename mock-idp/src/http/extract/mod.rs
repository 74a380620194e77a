//! What handlers take out of a request.

mod browser;
mod context;
mod json;
mod parameters;

pub(crate) use browser::{FromBrowser, Jar, Origin, clear_session, set_cookies};
pub(crate) use context::{AtServer, PageFrame, urls};
pub(crate) use json::JsonBody;
pub(crate) use parameters::{Body, ClientForm, Query};
