//! Why a previewed request ends without tokens.

use mock_idp_core::ledger::LedgerError;
use mock_idp_core::preview::{Asks, Refused, Shown};
use mock_idp_core::protocol::OAuthError;

/// Why a run ends before there are tokens.
#[derive(Debug)]
pub(super) enum Ended {
    Asks(Asks),
    Refused(Refused),
}

impl Ended {
    pub(super) fn refused(shown: Shown, status: u16, error: &OAuthError) -> Self {
        Self::Refused(Refused {
            shown,
            status,
            id: error.id.row().id.to_owned(),
            error: error.error().to_owned(),
            error_description: error.description(),
            reason: error.reason.clone(),
        })
    }
}

impl From<OAuthError> for Ended {
    /// In the body of an answer to the client.
    fn from(error: OAuthError) -> Self {
        Self::refused(Shown::TokenResponse, error.status(), &error)
    }
}

impl From<LedgerError> for Ended {
    fn from(error: LedgerError) -> Self {
        OAuthError::from(error).into()
    }
}
