//! Errors of drivers.

use crate::wire::WireError;

/// Why a driver could not continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The page needs JavaScript.
    #[error("the sign-in page needs a browser (--driver browser): {0}")]
    NeedsScript(String),
    #[error("no end after {0} pages")]
    Endless(usize),
    #[error("browser: {0}")]
    Browser(String),
    /// The browser ended in the middle of a session, which says nothing about the issuer.
    #[error("the browser crashed: {0}")]
    Crashed(String),
}
