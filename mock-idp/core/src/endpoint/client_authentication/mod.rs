//! Client authentication, for every endpoint that clients call. RFC 6749 2.3, OIDC Core 9, RFC 7523 3.
//!
//! It has two steps, because the keys of some clients have to be fetched in between: [`identify`] reads which client the request
//! names, [`UnverifiedClient::verify`] checks its credentials.

mod assertion;
mod credentials;
pub(crate) mod keys;
mod sources;

use subtle::ConstantTimeEq;

pub use keys::{KeySource, key_source};
pub use sources::{CalledEndpoint, CredentialSources};

use crate::ledger::SingleUse;
use crate::model::{App, AuthMethod};
use crate::org::Org;
use crate::protocol::jose::{Fetched, Jws};
use crate::protocol::{ErrorId, OAuthError};
use credentials::{BesideHeader, Credentials};

/// The client that a request names, and its credentials, which have not been checked.
#[derive(Debug)]
pub struct UnverifiedClient<'a> {
    client: &'a App,
    proof: Proof,
}

enum Proof {
    Secret(String),
    Assertion(Box<Jws>),
    None,
}

/// The secret stays out of logs.
impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Assertion(_) => "Assertion",
            Self::None => "None",
        })
    }
}

/// An authenticated client. Its assertion has to be consumed still.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient<'a> {
    pub client: &'a App,
    /// The `jti` of an assertion, which can be used once.
    pub single_use: Option<SingleUse>,
    /// How an assertion is signed, for the trace.
    pub signature_info: Option<String>,
}

/// Reads which client a request at this endpoint names: the part of its path behind `/v1/`.
///
/// # Errors
/// Okta's errors; that of an unknown client has the shape of API errors, unless an assertion names it.
pub fn identify<'a>(
    org: &'a Org,
    sources: CredentialSources<'_>,
    endpoint: &str,
) -> Result<UnverifiedClient<'a>, OAuthError> {
    sources.check_unambiguous()?;
    // RFC 9126 2.1: `client_id` is a parameter of the request that is pushed, beside a header too.
    let rule = if endpoint == "par" || org.behavior().ignores_client_id_beside_header() {
        BesideHeader::ClientIdMustAgree
    } else {
        BesideHeader::ClientIdCounts
    };
    let find = |client_id: &str| org.client(client_id).filter(|client| client.status.is_active());
    let named = |client_id: &str| {
        let client = active_client(org, client_id)?;
        match sources.client_id().filter(|other| *other != client_id) {
            None => Ok(client),
            Some(other) => {
                let reason = format!("the header is that of {client_id}, client_id is `{other}`");
                Err(OAuthError::new(ErrorId::InvalidTokenEndpointAuthMethod, reason))
            }
        }
    };
    Ok(match credentials::read(sources, rule)? {
        Credentials::Secret { client_id, secret } => {
            UnverifiedClient { client: named(&client_id)?, proof: Proof::Secret(secret) }
        }
        Credentials::Public { client_id } => UnverifiedClient { client: named(&client_id)?, proof: Proof::None },
        Credentials::Assertion { client_id, assertion } => {
            let client = assertion::claimed_client(&assertion, client_id.as_deref(), find)?;
            UnverifiedClient { client, proof: Proof::Assertion(assertion) }
        }
    })
}

/// The active client of that id, not authenticated. Okta: the same error for unknown and inactive clients.
///
/// # Errors
/// The client is unknown or inactive.
pub fn active_client<'a>(org: &'a Org, client_id: &str) -> Result<&'a App, OAuthError> {
    org.client(client_id)
        .filter(|client| client.status.is_active())
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, org.why_no_client(client_id)))
}

impl<'a> UnverifiedClient<'a> {
    /// Where the keys for its assertion have to be fetched from; `None` when none have to be fetched.
    #[must_use]
    pub fn key_source(&self) -> Option<KeySource<'_>> {
        match &self.proof {
            Proof::Assertion(assertion) => key_source(self.client, assertion),
            Proof::Secret(_) | Proof::None => None,
        }
    }

    /// Checks the credentials. `fetched` are the keys from the [`KeySource`], if there is one.
    ///
    /// # Errors
    /// Okta's errors.
    pub fn verify(
        self,
        called: CalledEndpoint<'_>,
        fetched: Option<&Fetched>,
        now: i64,
    ) -> Result<AuthenticatedClient<'a>, OAuthError> {
        let client = self.client;
        let mismatch = |reason: &str| {
            let reason = format!("{} {reason}", client.client_id());
            OAuthError::new(ErrorId::InvalidTokenEndpointAuthMethod, reason)
        };
        // FAPI 2 Security Profile 5.3.2.1.
        if called.server.behavior.requires_client_keys() && client.auth_method() != AuthMethod::PrivateKeyJwt {
            return Err(mismatch("does not authenticate by `private_key_jwt`, as the profile requires"));
        }
        match (self.proof, client.auth_method()) {
            (Proof::Assertion(assertion), _) => {
                let single_use = assertion::check(client, &assertion, called, fetched, now)?;
                let signature_info = Some(assertion.signature_info());
                return Ok(AuthenticatedClient { client, single_use, signature_info });
            }
            (Proof::None, AuthMethod::None) => {}
            (Proof::None, _) => return Err(mismatch("must authenticate, but sent only its id")),
            // Okta: both ways to send a secret are accepted.
            (Proof::Secret(secret), AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost) => {
                let mut known = client.credentials.oauth_client.active_secrets().filter(|known| !known.is_empty());
                if !known.any(|known| secret.as_bytes().ct_eq(known.as_bytes()).into()) {
                    let reason = format!("wrong secret for {}", client.client_id());
                    return Err(OAuthError::new(ErrorId::InvalidClientSecret, reason));
                }
            }
            (Proof::Secret(_), AuthMethod::None) => {
                return Err(mismatch("has `token_endpoint_auth_method: none`, but sent a secret"));
            }
            (Proof::Secret(_), AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt) => {
                return Err(mismatch("must authenticate by an assertion, but sent a secret"));
            }
        }
        Ok(AuthenticatedClient { client, single_use: None, signature_info: None })
    }
}
