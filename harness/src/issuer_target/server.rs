//! An authorization server of a target: its discovery document, endpoints and keys.

use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use url::Url;

use crate::wire::keys::KeySet;
use crate::wire::metadata::Metadata;
use crate::wire::{Http, WireError};

/// The two kinds of authorization server that Okta has. The single server of any other provider counts as custom.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerKind {
    /// A server below `/oauth2/{id}`, with scopes, claims and policies of its own.
    Custom,
    /// The server of the org itself.
    Org,
}

impl ServerKind {
    /// The name in files and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Org => "org",
        }
    }
}

/// An endpoint that a scenario may need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Endpoint {
    Authorization,
    Token,
    Userinfo,
    Introspection,
    Revocation,
    EndSession,
    CheckSession,
    Keys,
    Push,
    Device,
    Registration,
}

impl Endpoint {
    /// The member of the discovery document that holds its address.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Authorization => "authorization_endpoint",
            Self::Token => "token_endpoint",
            Self::Userinfo => "userinfo_endpoint",
            Self::Introspection => "introspection_endpoint",
            Self::Revocation => "revocation_endpoint",
            Self::EndSession => "end_session_endpoint",
            Self::CheckSession => "check_session_iframe",
            Self::Keys => "jwks_uri",
            Self::Push => "pushed_authorization_request_endpoint",
            Self::Device => "device_authorization_endpoint",
            Self::Registration => "registration_endpoint",
        }
    }
}

/// One authorization server.
#[derive(Debug)]
pub struct Server {
    pub kind: ServerKind,
    /// The name in the target file.
    pub name: String,
    pub issuer: String,
    /// The audience of its access tokens, where it is known.
    pub audience: Option<String>,
    pub metadata: Metadata,
    /// The status of the response with the discovery document.
    pub document_status: u16,
    /// Claims that the org's own configuration adds to every ID token.
    pub own_claims: Vec<String>,
    /// The seconds by which the issuer's clock is ahead of this machine's, by the `Date` of its discovery document.
    pub clock_ahead: Option<i64>,
    keys: OnceCell<PublishedKeys>,
}

/// A key set as it was served.
#[derive(Debug)]
pub struct PublishedKeys {
    /// The status of the response.
    pub status: u16,
    pub set: KeySet,
}

impl Server {
    /// A server with that discovery document.
    #[must_use]
    pub fn new(kind: ServerKind, issuer: String, audience: Option<String>, metadata: Metadata) -> Self {
        let name = kind.word().to_owned();
        Self {
            kind,
            name,
            issuer,
            audience,
            metadata,
            document_status: 200,
            own_claims: Vec::new(),
            clock_ahead: None,
            keys: OnceCell::new(),
        }
    }

    /// With the name of the target file.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// With the status of the response with the discovery document.
    #[must_use]
    pub fn with_document_status(self, document_status: u16) -> Self {
        Self { document_status, ..self }
    }

    /// With the difference of the clocks, in seconds.
    #[must_use]
    pub fn with_clock_ahead(self, clock_ahead: Option<i64>) -> Self {
        Self { clock_ahead, ..self }
    }

    /// With claims that the org's own configuration adds to every ID token.
    #[must_use]
    pub fn with_own_claims(mut self, claims: &[String]) -> Self {
        claims.clone_into(&mut self.own_claims);
        self
    }

    /// The address of an endpoint, if the discovery document has it.
    #[must_use]
    pub const fn endpoint(&self, endpoint: Endpoint) -> Option<&Url> {
        let metadata = &self.metadata;
        match endpoint {
            Endpoint::Authorization => metadata.authorization_endpoint.as_ref(),
            Endpoint::Token => metadata.token_endpoint.as_ref(),
            Endpoint::Userinfo => metadata.userinfo_endpoint.as_ref(),
            Endpoint::Introspection => metadata.introspection_endpoint.as_ref(),
            Endpoint::Revocation => metadata.revocation_endpoint.as_ref(),
            Endpoint::EndSession => metadata.end_session_endpoint.as_ref(),
            Endpoint::CheckSession => metadata.check_session_iframe.as_ref(),
            Endpoint::Keys => metadata.jwks_uri.as_ref(),
            Endpoint::Push => metadata.pushed_authorization_request_endpoint.as_ref(),
            Endpoint::Device => metadata.device_authorization_endpoint.as_ref(),
            Endpoint::Registration => metadata.registration_endpoint.as_ref(),
        }
    }

    /// The published keys, fetched once.
    ///
    /// # Errors
    /// When the discovery document has no `jwks_uri`, or it does not serve a key set.
    pub async fn keys(&self, http: &Http) -> Result<&KeySet, WireError> {
        Ok(&self.published_keys(http).await?.set)
    }

    /// The published keys and the status of their response, fetched once.
    ///
    /// # Errors
    /// See [`Server::keys`].
    pub async fn published_keys(&self, http: &Http) -> Result<&PublishedKeys, WireError> {
        self.keys
            .get_or_try_init(|| async {
                let Some(address) = &self.metadata.jwks_uri else {
                    return Err(WireError::Unreadable {
                        url: self.issuer.clone(),
                        wanted: "the address of the keys",
                        reason: "no jwks_uri in the discovery document".to_owned(),
                    });
                };
                let reply = http.get(address).await?;
                Ok(PublishedKeys { status: reply.status, set: reply.json("a key set")? })
            })
            .await
    }

    /// The address of a path under the issuer.
    ///
    /// # Errors
    /// When the issuer is not a URL.
    pub fn under_issuer(&self, path: &str) -> Result<Url, WireError> {
        Ok(Url::parse(&format!("{}{path}", self.issuer.trim_end_matches('/')))?)
    }
}
