//! Published keys (RFC 7517).

use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The issuer's key set. It is read leniently: checks judge what was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct KeySet {
    /// The keys that have the right form.
    pub keys: Vec<Key>,
    /// What was sent.
    pub raw: Value,
}

impl From<Value> for KeySet {
    fn from(raw: Value) -> Self {
        let keys = raw.get("keys").and_then(Value::as_array).into_iter().flatten();
        let keys = keys.filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
        Self { keys, raw }
    }
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
            ("OKP", _, _, Some(x), _) => DecodingKey::from_ed_components(x).ok(),
            _ => None,
        }
    }

    /// Why the key is not one for signatures of this algorithm (RFC 7517 4.2 and 4.4), if it is not.
    #[must_use]
    pub fn unfit_for(&self, algorithm: &str) -> Option<String> {
        let kty = match algorithm.get(..2) {
            Some("ES") => "EC",
            Some("Ed") => "OKP",
            _ => "RSA",
        };
        let other_alg = self.alg.as_ref().filter(|alg| *alg != algorithm);
        let other_use = self.usage.as_ref().filter(|usage| *usage != "sig");
        match (self.kty == kty, other_alg, other_use) {
            (false, ..) => Some(format!("kty {}", self.kty)),
            (_, Some(alg), _) => Some(format!("alg {alg}")),
            (_, _, Some(usage)) => Some(format!("use {usage}")),
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

    /// The only key for signatures of this algorithm.
    #[must_use]
    pub fn only_one_for(&self, algorithm: &str) -> Option<&Key> {
        let mut fit = self.keys.iter().filter(|key| key.unfit_for(algorithm).is_none());
        fit.next().filter(|_| fit.next().is_none())
    }
}
