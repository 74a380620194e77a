//! Errors of drivers.

use crate::wire::WireError;

/// Why a driver could not continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The page needs JavaScript.
    #[error("the {0} needs JavaScript, which the HTTP driver does not run: use --driver browser")]
    NeedsScript(String),
    /// The page has a form whose fields are unknown.
    #[error(
        "the HTTP driver cannot fill in the {page} with the fields {fields}: use --driver browser, or describe the page in a \
         sign-in script (docs/own-issuer.md)"
    )]
    UnknownForm { page: String, fields: String },
    #[error("no end after {0} pages")]
    Endless(usize),
    #[error("browser: {0}")]
    Browser(String),
    /// The browser ended in the middle of a session, which says nothing about the issuer.
    #[error("the browser crashed: {0}")]
    Crashed(String),
}
