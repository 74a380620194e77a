//! Whom a token is encrypted for once it is signed. Okta: an ID token for its app, an access token of a custom server for the
//! API behind that server; access tokens of the org server never.

use super::spec::TokenSpec;
use crate::protocol::jose::{EncryptionKey, Fetched, Jwk, JwkSet, KeyEncryptionAlgorithm};
use crate::protocol::{ErrorId, OAuthError};

/// Whom a token is encrypted for, and how.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// How the key of the content is encrypted.
    pub algorithm: KeyEncryptionAlgorithm,
    owner: &'static Owner,
    key: Key,
}

/// The recipient's key.
#[derive(Clone, Debug)]
enum Key {
    Known(EncryptionKey),
    /// It has to be fetched first.
    At(String),
}

/// Whose key it is. Okta's catalogue has words of their own for either.
#[derive(Debug)]
struct Owner {
    name: &'static str,
    no_key: ErrorId,
    no_active_key: ErrorId,
    invalid_key: ErrorId,
    unreachable: ErrorId,
    no_key_there: ErrorId,
    several_keys_there: ErrorId,
}

const CLIENT: Owner = Owner {
    name: "the client",
    no_key: ErrorId::NoEncryptionKey,
    no_active_key: ErrorId::NoActiveEncryptionKey,
    invalid_key: ErrorId::InvalidEncryptionKeyClient,
    unreachable: ErrorId::JwksUriError,
    no_key_there: ErrorId::JwksUriNoEncryptionKey,
    several_keys_there: ErrorId::JwksUriMultipleEncryptionKeys,
};

const AUTHORIZATION_SERVER: Owner = Owner {
    name: "the authorization server",
    no_key: ErrorId::NoEncryptionKeyAuthServer,
    // The catalogue tells inactive keys of clients only.
    no_active_key: ErrorId::NoEncryptionKeyAuthServer,
    invalid_key: ErrorId::InvalidEncryptionKeyAuthServer,
    unreachable: ErrorId::JwksUriErrorAuthServer,
    no_key_there: ErrorId::JwksUriNoEncryptionKeyAuthServer,
    several_keys_there: ErrorId::JwksUriMultipleEncryptionKeysAuthServer,
};

impl Recipient {
    /// Who reads the ID token; `None` when it is not encrypted.
    ///
    /// # Errors
    /// It has to be, and the client has no key for it.
    pub(super) fn of_id_token(spec: &TokenSpec<'_>) -> Result<Option<Self>, OAuthError> {
        let oauth = spec.subject.client.oauth();
        let Some(algorithm) = oauth.id_token_encrypted_response_alg else { return Ok(None) };
        Self::new(&CLIENT, algorithm, oauth.jwks.as_ref(), oauth.jwks_uri.as_deref()).map(Some)
    }

    /// Who reads the access token; `None` when it is not encrypted.
    ///
    /// # Errors
    /// It has to be, and the authorization server has no key for it.
    pub(super) fn of_access_token(spec: &TokenSpec<'_>) -> Result<Option<Self>, OAuthError> {
        let server = spec.server;
        let Some(algorithm) = server.access_token_encryption else { return Ok(None) };
        Self::new(&AUTHORIZATION_SERVER, algorithm, server.jwks.as_ref(), server.jwks_uri.as_deref()).map(Some)
    }

    fn new(
        owner: &'static Owner,
        algorithm: KeyEncryptionAlgorithm,
        keys: Option<&JwkSet>,
        uri: Option<&str>,
    ) -> Result<Self, OAuthError> {
        let key = match uri {
            Some(uri) => Key::At(uri.to_owned()),
            None => Key::Known(owner.ready(owner.kept(keys)?, algorithm)?),
        };
        Ok(Self { algorithm, owner, key })
    }

    /// Where its key has to be fetched from, if it has to be.
    #[must_use]
    pub fn key_uri(&self) -> Option<&str> {
        match &self.key {
            Key::Known(_) => None,
            Key::At(uri) => Some(uri),
        }
    }

    /// Takes the key from what was fetched.
    ///
    /// # Errors
    /// Nothing was fetched, or not one key for encryption.
    pub fn found(&mut self, fetched: &Fetched) -> Result<(), OAuthError> {
        let Key::At(uri) = &self.key else { return Ok(()) };
        let jwk = self.owner.published(uri, fetched)?;
        self.key = Key::Known(self.owner.ready(jwk, self.algorithm)?);
        Ok(())
    }

    /// The key.
    ///
    /// # Errors
    /// It has not been fetched.
    pub(super) fn key(&self) -> Result<&EncryptionKey, OAuthError> {
        match &self.key {
            Key::Known(key) => Ok(key),
            Key::At(uri) => Err(OAuthError::new(self.owner.unreachable, format!("{uri} has not been fetched"))),
        }
    }

    /// Whose key it is, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let owner = self.owner.name;
        match &self.key {
            Key::Known(key) => match key.kid() {
                Some(kid) => format!("the key `{kid}` of {owner}"),
                None => format!("the key of {owner}"),
            },
            Key::At(uri) => format!("the key of {owner} at {uri}"),
        }
    }
}

impl Owner {
    /// The key among those that are kept here. Okta: one is active at a time.
    fn kept<'a>(&self, keys: Option<&'a JwkSet>) -> Result<&'a Jwk, OAuthError> {
        let mut kept = keys.iter().flat_map(|set| &set.keys).filter(|key| key.is_for_encryption()).peekable();
        if kept.peek().is_none() {
            return Err(OAuthError::new(self.no_key, format!("no key of {} has `use: enc`", self.name)));
        }
        kept.find(|key| key.status.is_active()).ok_or_else(|| {
            OAuthError::new(self.no_active_key, format!("every encryption key of {} is INACTIVE", self.name))
        })
    }

    /// The key among those that are kept elsewhere.
    fn published<'a>(&self, uri: &str, fetched: &'a Fetched) -> Result<&'a Jwk, OAuthError> {
        let set = fetched.as_ref().map_err(|reason| OAuthError::new(self.unreachable, format!("{uri}: {reason}")))?;
        let keys: Vec<&Jwk> = set.keys.iter().filter(|key| key.is_for_encryption()).collect();
        match keys.as_slice() {
            [only] => Ok(only),
            [] => Err(OAuthError::new(self.no_key_there, format!("no key at {uri} has `use: enc`"))),
            several => {
                let reason = format!("{} keys at {uri} have `use: enc`", several.len());
                Err(OAuthError::new(self.several_keys_there, reason))
            }
        }
    }

    fn ready(&self, jwk: &Jwk, algorithm: KeyEncryptionAlgorithm) -> Result<EncryptionKey, OAuthError> {
        EncryptionKey::new(jwk, algorithm).map_err(|unusable| {
            let kid = jwk.kid.as_deref().unwrap_or_default();
            OAuthError::with(self.invalid_key, kid, format!("the key `{kid}` of {}: {unusable}", self.name))
        })
    }
}
