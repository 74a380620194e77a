//! Why an authorization request is rejected before the user signs in.

use crate::ledger::RedirectTarget;
use crate::protocol::OAuthError;

/// An authorization request that is rejected.
#[derive(Clone, Debug)]
pub enum AuthorizationError {
    /// Shown on a page: there is no checked redirect URI to send it to.
    Shown { error: OAuthError, client_id: Option<String>, redirect_uri: Option<String> },
    /// Sent to the client.
    Redirected { error: OAuthError, target: RedirectTarget, client_id: String },
}

impl AuthorizationError {
    /// The error alone, for an endpoint that answers its client directly.
    #[must_use]
    pub fn into_oauth_error(self) -> OAuthError {
        match self {
            Self::Shown { error, .. } | Self::Redirected { error, .. } => error,
        }
    }
}
