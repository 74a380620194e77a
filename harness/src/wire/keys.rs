//! Published keys (RFC 7517).

use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The issuer's key set.
#[derive(Clone, Debug, Deserialize)]
pub struct KeySet {
    pub keys: Vec<Key>,
}

/// One public key.
#[derive(Clone, Debug, Deserialize)]
pub struct Key {
    pub kty: String,
    pub kid: Option<String>,
    pub alg: Option<String>,
    #[serde(rename = "use")]
    pub usage: Option<String>,
    pub n: Option<String>,
    pub e: Option<String>,
    pub x: Option<String>,
    pub y: Option<String>,
    /// The other members.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Key {
    /// The key for verification, if its type is known.
    #[must_use]
    pub fn verifier(&self) -> Option<DecodingKey> {
        match (self.kty.as_str(), &self.n, &self.e, &self.x, &self.y) {
            ("RSA", Some(n), Some(e), ..) => DecodingKey::from_rsa_components(n, e).ok(),
            ("EC", _, _, Some(x), Some(y)) => DecodingKey::from_ec_components(x, y).ok(),
            _ => None,
        }
    }
}

impl KeySet {
    /// Finds a key by id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid.as_deref() == Some(kid))
    }
}
