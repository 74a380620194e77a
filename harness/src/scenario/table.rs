//! Words that the tables of scopes and claims share.

use serde::Deserialize;

/// How the tokens of a row are requested.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    AuthorizationCode,
    Implicit,
    ClientCredentials,
}

/// A table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct TableError {
    file: String,
    reason: String,
}

impl TableError {
    pub(super) fn new(file: &str, reason: String) -> Self {
        Self { file: file.to_owned(), reason }
    }
}
