//! The parameters of a token request.

use crate::endpoint::client_authentication::CredentialSources;
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// A request to the token endpoint, before anything in it is checked.
#[derive(Clone, Debug, Default)]
pub struct TokenRequest {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Origin` header: only browsers send it.
    pub origin: Option<String>,
    /// The `DPoP` headers.
    pub dpop: Vec<String>,
    pub query: Parameters,
    pub body: Parameters,
}

impl TokenRequest {
    /// Where the client's credentials may be.
    #[must_use]
    pub fn credential_sources(&self) -> CredentialSources<'_> {
        CredentialSources { authorization: self.authorization.as_deref(), query: &self.query, body: &self.body }
    }

    /// A grant parameter. Okta also reads the query; the body wins.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.body.get(name).or_else(|| self.query.get(name))
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::with(ErrorId::MissingTokenRequestParameter, name, format!("`{name}` is missing"))
        })
    }
}
