//! Why a scenario stops before its end.

use crate::driver::DriverError;
use crate::flow::signed::KeyError;
use crate::issuer_target::fixtures::FixturesError;
use crate::wire::WireError;

/// Why a scenario stops before its end.
#[derive(Debug)]
pub enum Stopped {
    /// A check has failed, and the rest of the scenario depends on it.
    CheckFailed,
    /// A precondition is missing.
    Skipped(String),
    /// The harness or the network failed.
    HarnessError(String),
    /// The browser crashed, which says nothing about the target.
    BrowserCrashed(String),
}

impl From<WireError> for Stopped {
    fn from(error: WireError) -> Self {
        Self::HarnessError(error.to_string())
    }
}

impl From<DriverError> for Stopped {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::NeedsScript(_) | DriverError::UnknownForm { .. } => Self::Skipped(error.to_string()),
            DriverError::Crashed(_) => Self::BrowserCrashed(error.to_string()),
            other => Self::HarnessError(other.to_string()),
        }
    }
}

impl From<KeyError> for Stopped {
    fn from(error: KeyError) -> Self {
        Self::HarnessError(error.to_string())
    }
}

impl From<FixturesError> for Stopped {
    fn from(error: FixturesError) -> Self {
        Self::HarnessError(error.to_string())
    }
}

impl From<url::ParseError> for Stopped {
    fn from(error: url::ParseError) -> Self {
        Self::HarnessError(error.to_string())
    }
}
