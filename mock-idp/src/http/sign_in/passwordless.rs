//! Pages that replace a password for tests.

use http::request::Parts;
use mock_idp_core::management::{ApiError, ApiErrorId};

use crate::http::extract::BrowserForm;
use crate::http::respond::api_error;
use crate::journal::Explained;
use crate::routing::{Decided, FromHead};

/// A page that replaces a password for tests; only where the user picker is on.
#[derive(Debug)]
pub(super) struct PickerForm(pub(super) BrowserForm);

impl FromHead for PickerForm {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let form = BrowserForm::from_head(head)?;
        if form.address.org.org().settings().sign_in_page.picker {
            return Ok(Self(form));
        }
        let refused = api_error::render(&ApiError::new(ApiErrorId::PathNotFound, ""));
        Err(Explained::refused(refused.result, "the development user picker is off"))
    }
}
