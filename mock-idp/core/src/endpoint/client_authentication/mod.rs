//! Who calls: client authentication, at every endpoint that clients call. RFC 6749 2.3, OIDC Core 9, RFC 7523 3.
//!
//! In two steps, since the keys of some clients have to be fetched in between: [`attempt`] says who a request claims to
//! come from, [`Attempt::decide`] whether that is so.

mod assertion;
mod credentials;
pub(crate) mod keys;

use subtle::ConstantTimeEq;

pub use keys::{KeySource, key_source};

use crate::ledger::SingleUse;
use crate::model::{App, AuthMethod};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::jose::{Fetched, Jws};
use crate::protocol::{ErrorId, OAuthError, Parameters};
use credentials::Credentials;

/// Where a request's credentials may stand.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    pub query: &'a Parameters,
    pub body: &'a Parameters,
}

/// The endpoint that was called: assertions are made for one.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    pub urls: &'a Urls,
    pub server: &'a CompiledServer,
    /// The part of its path behind `/v1/`.
    pub endpoint: &'a str,
}

/// A client as a request names it, and what the request shows for it: not yet believed.
#[derive(Debug)]
pub struct Attempt<'a> {
    client: &'a App,
    proof: Proof,
}

enum Proof {
    Secret(String),
    Assertion(Box<Jws>),
    Nothing,
}

/// The secret stays out of logs.
impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Assertion(_) => "Assertion",
            Self::Nothing => "Nothing",
        })
    }
}

/// A client that has proved who it is, once its proof is spent.
#[derive(Clone, Debug)]
pub struct Authenticated<'a> {
    pub client: &'a App,
    /// An assertion's `jti`, which counts once.
    pub spends: Option<SingleUse>,
    /// How an assertion was signed, for people.
    pub signed: Option<String>,
}

impl Presented<'_> {
    /// RFC 6749 3.2: parameters must not be included more than once, wherever they stand.
    ///
    /// # Errors
    /// One is.
    pub fn unambiguous(&self) -> Result<(), OAuthError> {
        let twice = Parameters::twice_in(&[self.query, self.body]);
        if twice.is_empty() {
            Ok(())
        } else {
            Err(OAuthError::new(ErrorId::DuplicateOauthParameters, format!("more than once: {}", twice.join(", "))))
        }
    }
}

/// Reads who a request claims to come from.
///
/// # Errors
/// Okta's literal refusals; an unknown client is refused in the API's shape, unless an assertion names it.
pub fn attempt<'a>(org: &'a Org, presented: Presented<'_>) -> Result<Attempt<'a>, OAuthError> {
    presented.unambiguous()?;
    let known = |client_id: &str| org.client(client_id).filter(|client| client.status.is_active());
    let named = |client_id: &str| self::known(org, client_id);
    Ok(match credentials::read(presented)? {
        Credentials::Secret { client_id, secret } => {
            Attempt { client: named(&client_id)?, proof: Proof::Secret(secret) }
        }
        Credentials::Public { client_id } => Attempt { client: named(&client_id)?, proof: Proof::Nothing },
        Credentials::Assertion { client_id, assertion } => {
            let client = assertion::claimed_client(&assertion, client_id.as_deref(), known)?;
            Attempt { client, proof: Proof::Assertion(assertion) }
        }
    })
}

/// The client of that id, who has proved nothing yet. Okta: unknown and inactive clients alike.
///
/// # Errors
/// There is none, or it is inactive.
pub fn known<'a>(org: &'a Org, client_id: &str) -> Result<&'a App, OAuthError> {
    org.client(client_id)
        .filter(|client| client.status.is_active())
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, format!("no active client has the id `{client_id}`")))
}

impl<'a> Attempt<'a> {
    /// Where the keys come from that this attempt is judged by; `None` when it takes no keys.
    #[must_use]
    pub fn key_source(&self) -> Option<KeySource<'_>> {
        match &self.proof {
            Proof::Assertion(assertion) => key_source(self.client, assertion),
            Proof::Secret(_) | Proof::Nothing => None,
        }
    }

    /// Judges the attempt. `fetched` is what was found at the [`KeySource`], if there is one.
    ///
    /// # Errors
    /// Okta's literal refusals.
    pub fn decide(
        self,
        called: Called<'_>,
        fetched: Option<&Fetched>,
        now: i64,
    ) -> Result<Authenticated<'a>, OAuthError> {
        let client = self.client;
        let mismatch = |reason: &str| {
            let reason = format!("{} {reason}", client.client_id());
            OAuthError::new(ErrorId::InvalidTokenEndpointAuthMethod, reason)
        };
        match (self.proof, client.auth_method()) {
            (Proof::Assertion(assertion), _) => {
                let spends = assertion::check(client, &assertion, called, fetched, now)?;
                return Ok(Authenticated { client, spends, signed: Some(assertion.signed_how()) });
            }
            (Proof::Nothing, AuthMethod::None) => {}
            (Proof::Nothing, _) => return Err(mismatch("must authenticate but sent its id only")),
            // Okta: the two ways to send a secret are taken for each other.
            (Proof::Secret(secret), AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost) => {
                let expected = client.credentials.oauth_client.client_secret.as_deref().unwrap_or_default();
                if expected.is_empty() || !bool::from(secret.as_bytes().ct_eq(expected.as_bytes())) {
                    let reason = format!("wrong secret for {}", client.client_id());
                    return Err(OAuthError::new(ErrorId::InvalidClientSecret, reason));
                }
            }
            (Proof::Secret(_), AuthMethod::None) => {
                return Err(mismatch("has `token_endpoint_auth_method: none` but sent a secret"));
            }
            (Proof::Secret(_), AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt) => {
                return Err(mismatch("must authenticate by an assertion but sent a secret"));
            }
        }
        Ok(Authenticated { client, spends: None, signed: None })
    }
}
