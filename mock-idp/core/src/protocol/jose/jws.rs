//! A compact JWS whose payload is a set of claims. RFC 7515 3.1, RFC 7519 7.2.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Algorithm, PublicKey};

/// A parsed JWT whose signature has not been verified.
#[derive(Clone)]
pub struct Jws {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: String,
    signature: Vec<u8>,
}

/// Without the claims and the signature: a JWT can be a credential.
impl std::fmt::Debug for Jws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jws").field("alg", &self.header.get("alg")).finish_non_exhaustive()
    }
}

impl Jws {
    /// Parses a JWT; `None` for anything else, and for one with critical extensions.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let header = object(header)?;
        // RFC 7515 4.1.11: a `crit` that is not understood invalidates the object.
        if header.contains_key("crit") {
            return None;
        }
        Some(Self {
            header,
            claims: object(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// A header parameter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// A header parameter that is a string.
    #[must_use]
    pub fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// The id of the key, if the header has one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header_text("kid")
    }

    /// The algorithm and key that the header names, as text.
    #[must_use]
    pub fn signature_info(&self) -> String {
        let algorithm = self.header_text("alg").unwrap_or("none");
        self.kid().map_or_else(|| algorithm.to_owned(), |kid| format!("{algorithm} by the key `{kid}`"))
    }

    /// The algorithm; `None` for `none` and for unsupported ones.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.header_text("alg").and_then(Algorithm::named)
    }

    /// All claims.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// A claim that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// A time, in whole seconds. RFC 7519 2: a NumericDate may have a fraction.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest integer")]
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))
    }

    /// The audiences. RFC 7519 4.1.3: one string, or several in an array.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        let claim = self.claims.get("aud");
        let several = claim.and_then(Value::as_array).into_iter().flatten();
        claim.into_iter().chain(several).filter_map(Value::as_str)
    }

    /// Whether it is signed with that secret. Compares in constant time.
    #[must_use]
    pub fn is_signed_by_secret(&self, algorithm: Algorithm, secret: &str) -> bool {
        algorithm.mac().is_some_and(|mac| {
            let key = hmac::Key::new(mac, secret.as_bytes());
            hmac::verify(&key, self.signed.as_bytes(), &self.signature).is_ok()
        })
    }

    /// Whether it is signed with that key.
    #[must_use]
    pub fn is_signed_by(&self, algorithm: Algorithm, key: &PublicKey) -> bool {
        key.verifies(algorithm, self.signed.as_bytes(), &self.signature)
    }
}
