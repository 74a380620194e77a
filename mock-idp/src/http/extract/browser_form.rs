//! A request of a browser that takes part in a sign-in.

use std::sync::Arc;

use http::request::Parts;

use super::frame::PageFrame;
use crate::address::Address;
use crate::engine::Browser;
use crate::http::cookies::{BrowserCookies, CookieNames};
use crate::pages::view::Frame;
use crate::routing::{At, Decided, FromHead};

/// A request of a browser, besides its fields.
#[derive(Debug)]
pub(crate) struct BrowserForm {
    pub(crate) address: Arc<Address>,
    pub(crate) browser: Browser,
    pub(crate) names: CookieNames,
    pub(crate) frame: Frame,
}

impl FromHead for BrowserForm {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let At(address) = At::from_head(head)?;
        let BrowserCookies { browser, names } = BrowserCookies::from_head(head)?;
        let PageFrame(frame) = PageFrame::from_head(head)?;
        Ok(Self { address, browser, names, frame })
    }
}
