//! Why a run cannot start.

use super::filter::FilterError;
use crate::exit::Exit;
use crate::issuer_target::TargetError;
use crate::scenario::TableError;

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("divergences.toml: {0}")]
    Divergences(String),
    #[error("the built-in issuer did not start: {0}")]
    Start(String),
    #[error("cannot listen on {address}, the address of the redirect URI: {reason}")]
    Listen { address: String, reason: String },
    #[error(transparent)]
    Filter(#[from] FilterError),
    #[error("--behavior works with the built-in mock only, not with the target {0}")]
    Behavior(String),
    #[error("no scenario is selected")]
    NothingSelected,
    #[error("{0} (required by --require-browser)")]
    NoBrowser(String),
}

impl RunError {
    /// The exit code.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Target(TargetError::Unreachable(_)) | Self::Start(_) | Self::Listen { .. } | Self::NoBrowser(_) => {
                Exit::Unreachable
            }
            Self::Target(TargetError::Unknown { .. }) | Self::Filter(_) | Self::Behavior(_) => Exit::Usage,
            Self::Target(_) | Self::Table(_) | Self::Divergences(_) => Exit::Configuration,
            Self::NothingSelected => Exit::NothingSelected,
        }
    }
}
