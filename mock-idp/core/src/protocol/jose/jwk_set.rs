//! Key sets, and the choice of a key by `kid`. RFC 7517 5.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Algorithm, Jwk, Jws, PublicKey, UnusableJwk};

/// A client's keys. RFC 7517 5.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

/// The key set of a `jwks_uri`, or why it could not be fetched.
pub type Fetched = Result<Arc<JwkSet>, String>;

/// Why no key of a set can verify a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyProblem {
    /// No key has the `kid`, or it is missing and there are several keys.
    Kid(String),
    /// The key is for encryption.
    NotForSigning,
    /// The key's `use` is unknown.
    Use(String),
    /// The key is for another algorithm.
    Algorithm(String),
    Unusable(UnusableJwk),
}

impl JwkSet {
    /// Parses a published set. RFC 7517 5: keys that are not understood are ignored.
    ///
    /// # Errors
    /// Text that is not a key set.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let mut set: Set = serde_json::from_slice(json)?;
        for key in set.keys.iter_mut().filter_map(Value::as_object_mut) {
            // Okta: only keys in an org have a status and an id.
            key.remove("status");
            key.remove("id");
        }
        Ok(Self { keys: set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
    }

    /// Whether a key has that id.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// The key that an object names. Okta: `kid` is optional if there is one key only.
    ///
    /// # Errors
    /// There is no such key, or it does not fit.
    pub fn choose(&self, jws: &Jws, algorithm: Algorithm) -> Result<PublicKey, KeyProblem> {
        let active: Vec<&Jwk> = self.keys.iter().filter(|key| key.status.is_active()).collect();
        let key = match (jws.kid(), active.as_slice()) {
            (Some(kid), keys) => keys
                .iter()
                .find(|key| key.kid.as_deref() == Some(kid))
                .ok_or_else(|| KeyProblem::Kid(format!("no active key has the id `{kid}`")))?,
            (None, [key]) => key,
            (None, keys) => return Err(KeyProblem::Kid(format!("no kid, and the client has {} keys", keys.len()))),
        };
        match key.key_use.as_deref() {
            None | Some("sig") => {}
            Some("enc") => return Err(KeyProblem::NotForSigning),
            Some(other) => return Err(KeyProblem::Use(other.to_owned())),
        }
        if let Some(own) = key.alg.as_deref().filter(|own| *own != algorithm.name()) {
            return Err(KeyProblem::Algorithm(format!("the key is for {own}, the signature is {}", algorithm.name())));
        }
        let material = key.key().map_err(KeyProblem::Unusable)?;
        if material.fits(algorithm) {
            Ok(material)
        } else {
            Err(KeyProblem::Algorithm(format!("a key of type {} makes no {} signature", key.kty, algorithm.name())))
        }
    }
}
