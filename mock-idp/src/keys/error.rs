//! Why a server has no keys.

use mock_idp_core::ledger::LedgerError;
use mock_idp_core::protocol::{ErrorId, OAuthError};

/// Why a server has no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("{0}")]
    Unusable(String),
    #[error("the task that generates the key was cancelled")]
    Cancelled(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<KeyError> for OAuthError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Ledger(error) => error.into(),
            other => Self::new(ErrorId::ServerError, other.to_string()),
        }
    }
}
