//! How errors of the ledger and of signing look in the management API.

use super::{ApiError, ApiErrorId};
use crate::ledger::LedgerError;
use crate::protocol::{ErrorId, OAuthError};

impl From<OAuthError> for ApiError {
    fn from(error: OAuthError) -> Self {
        match error.id {
            ErrorId::TemporarilyUnavailable => Self::new(ApiErrorId::Unavailable, error.to_string()),
            _ => Self::internal(error.to_string()),
        }
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        Self::new(ApiErrorId::Unavailable, error.to_string())
    }
}
