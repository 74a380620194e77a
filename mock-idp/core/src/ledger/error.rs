//! Why an operation of the ledger failed.

use crate::protocol::{ErrorId, OAuthError};

/// Why the ledger did not do what it was asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LedgerError {
    /// The store does not answer, or answers with something that is not a record.
    #[error("the ledger's store is unavailable: {0}")]
    Unavailable(String),
    /// A condition of a batch was not met: another request has changed the record in the meantime. Nothing was written.
    #[error("another request has changed a record of `{table}`")]
    Conflict { table: &'static str },
}

impl From<LedgerError> for OAuthError {
    fn from(error: LedgerError) -> Self {
        Self::new(ErrorId::TemporarilyUnavailable, error.to_string())
    }
}
