//! The directory of the certificate authority.

use std::path::PathBuf;

/// `$XDG_STATE_HOME/mock-idp`, else `~/.local/state/mock-idp`.
pub(crate) fn default_state_dir() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // XDG Base Directory Specification: a relative path is invalid and ignored.
    let state = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    state.map(|dir| dir.join("mock-idp"))
}
