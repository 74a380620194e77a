//! The recipients of encrypted tokens. Okta: an ID token is encrypted for its app, an access token of a custom server for the API
//! of that server; access tokens of the org server are never encrypted.

use super::spec::TokenSpec;
use crate::moment::Moment;
use crate::protocol::jose::{ContentSecret, EncryptionKey, Fetched, Jwk, JwkSet, KeyEncryptionAlgorithm};
use crate::protocol::{ErrorId, OAuthError};

/// The recipient of an encrypted token.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// How the key of the content is encrypted.
    pub algorithm: KeyEncryptionAlgorithm,
    owner: &'static KeyOwner,
    key: RecipientKey,
    content_secret: ContentSecret,
}

/// The recipient's key.
#[derive(Clone, Debug)]
enum RecipientKey {
    Known(EncryptionKey),
    /// It has to be fetched first, from this URL.
    ToFetch(String),
}

/// The owner of a key. Okta's catalogue has different errors for each.
#[derive(Debug)]
struct KeyOwner {
    name: &'static str,
    no_key: ErrorId,
    no_active_key: ErrorId,
    invalid_key: ErrorId,
    unreachable: ErrorId,
    no_key_there: ErrorId,
    several_keys_there: ErrorId,
}

const CLIENT: KeyOwner = KeyOwner {
    name: "the client",
    no_key: ErrorId::NoEncryptionKey,
    no_active_key: ErrorId::NoActiveEncryptionKey,
    invalid_key: ErrorId::InvalidEncryptionKeyClient,
    unreachable: ErrorId::JwksUriError,
    no_key_there: ErrorId::JwksUriNoEncryptionKey,
    several_keys_there: ErrorId::JwksUriMultipleEncryptionKeys,
};

const AUTHORIZATION_SERVER: KeyOwner = KeyOwner {
    name: "the authorization server",
    no_key: ErrorId::NoEncryptionKeyAuthServer,
    // The catalogue has an error for inactive keys of clients only.
    no_active_key: ErrorId::NoEncryptionKeyAuthServer,
    invalid_key: ErrorId::InvalidEncryptionKeyAuthServer,
    unreachable: ErrorId::JwksUriErrorAuthServer,
    no_key_there: ErrorId::JwksUriNoEncryptionKeyAuthServer,
    several_keys_there: ErrorId::JwksUriMultipleEncryptionKeysAuthServer,
};

impl Recipient {
    /// The recipient of the ID token; `None` if it is not encrypted.
    ///
    /// # Errors
    /// It has to be encrypted, and the client has no key.
    pub(super) fn of_id_token(spec: &TokenSpec<'_>, moment: &mut Moment<'_>) -> Result<Option<Self>, OAuthError> {
        let oauth = spec.subject.client.oauth();
        let Some(algorithm) = oauth.id_token_encrypted_response_alg else { return Ok(None) };
        let key = RecipientKey::of(&CLIENT, algorithm, oauth.jwks.as_ref(), oauth.jwks_uri.as_deref())?;
        Ok(Some(Self::new(&CLIENT, algorithm, key, moment)))
    }

    /// The recipient of the access token; `None` if it is not encrypted.
    ///
    /// # Errors
    /// It has to be encrypted, and the authorization server has no key.
    pub(super) fn of_access_token(spec: &TokenSpec<'_>, moment: &mut Moment<'_>) -> Result<Option<Self>, OAuthError> {
        let server = spec.server;
        let Some(algorithm) = server.access_token_encryption else { return Ok(None) };
        let owner = &AUTHORIZATION_SERVER;
        let key = RecipientKey::of(owner, algorithm, server.jwks.as_ref(), server.jwks_uri.as_deref())?;
        Ok(Some(Self::new(owner, algorithm, key, moment)))
    }

    fn new(
        owner: &'static KeyOwner,
        algorithm: KeyEncryptionAlgorithm,
        key: RecipientKey,
        moment: &mut Moment<'_>,
    ) -> Self {
        Self { algorithm, owner, key, content_secret: ContentSecret::new(moment.bytes(), moment.bytes()) }
    }

    /// The URL to fetch its key from, if it has to be fetched.
    #[must_use]
    pub fn key_uri(&self) -> Option<&str> {
        match &self.key {
            RecipientKey::Known(_) => None,
            RecipientKey::ToFetch(uri) => Some(uri),
        }
    }

    /// Sets the key from a fetched set.
    ///
    /// # Errors
    /// The set could not be fetched, or does not contain exactly one key for encryption.
    pub fn set_fetched(&mut self, fetched: &Fetched) -> Result<(), OAuthError> {
        let RecipientKey::ToFetch(uri) = &self.key else { return Ok(()) };
        let jwk = self.owner.fetched_key(uri, fetched)?;
        self.key = RecipientKey::Known(self.owner.prepare(jwk, self.algorithm)?);
        Ok(())
    }

    pub(super) fn content_secret(&self) -> &ContentSecret {
        &self.content_secret
    }

    /// The key.
    ///
    /// # Errors
    /// It has not been fetched.
    pub(super) fn key(&self) -> Result<&EncryptionKey, OAuthError> {
        match &self.key {
            RecipientKey::Known(key) => Ok(key),
            RecipientKey::ToFetch(uri) => {
                Err(OAuthError::new(self.owner.unreachable, format!("{uri} has not been fetched")))
            }
        }
    }

    /// The key and its owner, as text.
    #[must_use]
    pub fn describe(&self) -> String {
        let owner = self.owner.name;
        match &self.key {
            RecipientKey::Known(key) => match key.kid() {
                Some(kid) => format!("the key `{kid}` of {owner}"),
                None => format!("the key of {owner}"),
            },
            RecipientKey::ToFetch(uri) => format!("the key of {owner} at {uri}"),
        }
    }
}

impl RecipientKey {
    fn of(
        owner: &KeyOwner,
        algorithm: KeyEncryptionAlgorithm,
        keys: Option<&JwkSet>,
        uri: Option<&str>,
    ) -> Result<Self, OAuthError> {
        Ok(match uri {
            Some(uri) => Self::ToFetch(uri.to_owned()),
            None => Self::Known(owner.prepare(owner.active_key(keys)?, algorithm)?),
        })
    }
}

impl KeyOwner {
    /// The key in the org. Okta: one is active at a time.
    fn active_key<'a>(&self, keys: Option<&'a JwkSet>) -> Result<&'a Jwk, OAuthError> {
        let mut keys = keys.iter().flat_map(|set| &set.keys).filter(|key| key.is_for_encryption()).peekable();
        if keys.peek().is_none() {
            return Err(OAuthError::new(self.no_key, format!("no key of {} has `use: enc`", self.name)));
        }
        keys.find(|key| key.status.is_active()).ok_or_else(|| {
            OAuthError::new(self.no_active_key, format!("every encryption key of {} is INACTIVE", self.name))
        })
    }

    /// The key in a fetched set.
    fn fetched_key<'a>(&self, uri: &str, fetched: &'a Fetched) -> Result<&'a Jwk, OAuthError> {
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

    fn prepare(&self, jwk: &Jwk, algorithm: KeyEncryptionAlgorithm) -> Result<EncryptionKey, OAuthError> {
        EncryptionKey::new(jwk, algorithm).map_err(|unusable| {
            let kid = jwk.kid.as_deref().unwrap_or_default();
            OAuthError::with(self.invalid_key, kid, format!("the key `{kid}` of {}: {unusable}", self.name))
        })
    }
}
