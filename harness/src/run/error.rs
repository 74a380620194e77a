//! Why a run cannot start.

use super::filter::FilterError;
use crate::exit::Exit;
use crate::issuer_target::TargetError;
use crate::issuer_target::fixtures::FixturesError;
use crate::scenario::TableError;

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Fixtures(#[from] FixturesError),
    #[error("divergences.toml: {0}")]
    Divergences(String),
    #[error("{document}: the target {target} has no {name:?}{suggestion}")]
    UnknownName { document: String, target: String, name: String, suggestion: String },
    #[error("--report-dir {folder}: {reason}")]
    Reports { folder: String, reason: String },
    #[error("the built-in issuer did not start: {0}")]
    Start(String),
    #[error("cannot listen on {address}, the address of the redirect URI: {reason}")]
    Listen { address: String, reason: String },
    #[error(transparent)]
    Filter(#[from] FilterError),
    #[error("--behavior works with the built-in mock only, not with the target {0}")]
    Behavior(String),
    #[error("--ca is for an issuer with a private certificate authority, not for the built-in mock")]
    Ca,
    #[error("no scenario is selected{0}")]
    NothingSelected(&'static str),
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
            Self::Target(TargetError::Unknown { .. } | TargetError::Server { .. })
            | Self::Fixtures(FixturesError::Folder { .. })
            | Self::Filter(FilterError::Pattern(_))
            | Self::Behavior(_)
            | Self::Ca => Exit::Usage,
            Self::Target(_)
            | Self::Table(_)
            | Self::Fixtures(_)
            | Self::Divergences(_)
            | Self::UnknownName { .. }
            | Self::Reports { .. } => Exit::Configuration,
            Self::NothingSelected(_) | Self::Filter(FilterError::Unknown { .. }) => Exit::NothingSelected,
        }
    }
}
