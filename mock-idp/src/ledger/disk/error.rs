//! Why a state cannot be used.

use std::path::PathBuf;

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiskError {
    #[error(
        "another mock-idp uses the state in {}. Stop it, or give another directory with --state",
        path.parent().unwrap_or(path).display()
    )]
    InUse { path: PathBuf },
    #[error(
        "a later version of mock-idp has written {} (format {format}, this version reads up to {known}). Use that version, or start over with --reset-state",
        path.display()
    )]
    Later { path: PathBuf, format: u32, known: u32 },
    #[error(
        "{} is damaged: {error}.{recoverable} Or start over with --reset-state. Both keep the damaged file",
        path.display()
    )]
    Damaged { path: PathBuf, error: String, recoverable: String },
    #[error("the state {} cannot be used: {error}", path.display())]
    Io { path: PathBuf, error: String },
}
