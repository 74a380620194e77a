//! Which parts of a request may carry a client's credentials.

use crate::org::{CompiledServer, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Where a request's credentials may be.
#[derive(Clone, Copy, Debug)]
pub struct CredentialSources<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    pub query: &'a Parameters,
    pub body: &'a Parameters,
}

impl<'a> CredentialSources<'a> {
    /// The parameter `client_id`. Okta: it may be in the query.
    pub(super) fn client_id(&self) -> Option<&'a str> {
        self.body.get("client_id").or_else(|| self.query.get("client_id"))
    }

    /// RFC 6749 3.2: parameters must not be included more than once. Okta: in query and body together.
    ///
    /// # Errors
    /// One is.
    pub fn check_unambiguous(&self) -> Result<(), OAuthError> {
        let repeated = Parameters::repeated_in(&[self.query, self.body]);
        if repeated.is_empty() {
            return Ok(());
        }
        let reason = format!("more than once: {}", repeated.join(", "));
        Err(OAuthError::new(ErrorId::DuplicateOauthParameters, reason))
    }
}

/// The endpoint that was called: the audience of client assertions.
#[derive(Clone, Copy, Debug)]
pub struct CalledEndpoint<'a> {
    pub urls: &'a Urls,
    pub server: &'a CompiledServer,
    /// The part of its path behind `/v1/`.
    pub endpoint: &'a str,
}
