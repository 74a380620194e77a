//! The kept certificate authority, for those who only want to know where it is.

use std::path::{Path, PathBuf};

use crate::start_error::StartError;
use crate::tls;

/// Where state is kept when nothing else is said: `$XDG_STATE_HOME/mock-idp`, else `~/.local/state/mock-idp`.
#[must_use]
pub fn default_state_dir() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // XDG Base Directory Specification: a relative path is invalid and ignored.
    let state = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    state.map(|dir| dir.join("mock-idp"))
}

/// Makes sure that `dir` holds a certificate authority; the file of its certificate. It is put into no trust store.
///
/// # Errors
/// When the directory cannot be made, read or written.
pub fn ensure(dir: &Path) -> Result<PathBuf, StartError> {
    tls::keep_authority(dir).map_err(|error| StartError::Certificate(error.to_string()))
}
