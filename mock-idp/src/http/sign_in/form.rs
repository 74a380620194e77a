//! What every form of the sign-in needs besides its fields.

use std::sync::Arc;

use http::request::Parts;
use mock_idp_core::management::{ApiError, ApiErrorId};

use crate::address::Address;
use crate::engine::Browser;
use crate::http::cookies::{BrowserCookies, CookieNames};
use crate::http::extract::PageFrame;
use crate::http::respond::api_error;
use crate::journal::Explained;
use crate::pages::view::Frame;
use crate::routing::{At, Decided, FromHead};

/// A request from a page of the sign-in.
#[derive(Debug)]
pub(super) struct SignInForm {
    pub(super) address: Arc<Address>,
    pub(super) browser: Browser,
    pub(super) names: CookieNames,
    pub(super) frame: Frame,
}

impl FromHead for SignInForm {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let At(address) = At::from_head(head)?;
        let BrowserCookies { browser, names } = BrowserCookies::from_head(head)?;
        let PageFrame(frame) = PageFrame::from_head(head)?;
        Ok(Self { address, browser, names, frame })
    }
}

/// A page that replaces a password for tests; only where the user picker is on.
#[derive(Debug)]
pub(super) struct PickerForm(pub(super) SignInForm);

impl FromHead for PickerForm {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let form = SignInForm::from_head(head)?;
        if form.address.org.org().settings().sign_in_page.picker {
            return Ok(Self(form));
        }
        let refused = api_error::render(&ApiError::new(ApiErrorId::PathNotFound, ""));
        Err(Explained::refused(refused.result, "the development user picker is off"))
    }
}
