//! A form without other fields.

use serde::Deserialize;

/// A form with only a CSRF token.
#[derive(Debug, Deserialize)]
pub(super) struct CsrfForm {
    #[serde(default)]
    pub(super) csrf: String,
}
