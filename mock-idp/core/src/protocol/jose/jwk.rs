//! Public keys as clients publish them. RFC 7517, RFC 7518 6, RFC 7638.

use std::sync::Arc;

use aws_lc_rs::signature::{RsaPublicKeyComponents, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Algorithm, Jws};
use crate::protocol::Status;

/// A key. RFC 7517 4: members that are not understood are ignored.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Jwk {
    /// `RSA` or `EC`.
    pub kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// `sig` or `enc`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub key_use: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// Okta: an inactive key is kept and not used.
    #[serde(default, skip_serializing_if = "Status::is_default")]
    pub status: Status,
    /// RSA: modulus, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// RSA: exponent, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// EC: `P-256`, `P-384` or `P-521`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// EC: coordinate, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// EC: coordinate, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The private half, which nobody should hand over: its presence is remembered, its value is not.
    #[serde(default, rename = "d", skip_serializing, deserialize_with = "presence")]
    #[schemars(skip)]
    pub private: bool,
}

fn presence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Key material, ready to verify with.
#[derive(Clone, Debug)]
pub enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Ec {
        /// Name of the curve.
        curve: &'static str,
        /// Uncompressed point.
        point: Vec<u8>,
    },
}

/// Why a key cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UnusableJwk {
    #[error("`kty` is `{0}`: expected `RSA` or `EC`")]
    Type(String),
    #[error("`{0}` is missing or not base64url")]
    Member(&'static str),
    #[error("`crv` is not `P-256`, `P-384` or `P-521`")]
    Curve,
    #[error("`{0}` has the wrong length for its curve")]
    Coordinate(&'static str),
    #[error("the RSA key has fewer than 2048 bits")]
    Weak,
    #[error("it holds the private half too")]
    Private,
    #[error("tokens are encrypted with RSA keys of 2048 to 8192 bits only")]
    NotRsa,
    #[error("its `alg` is `{own}`, not `{wanted}`")]
    Algorithm { own: String, wanted: &'static str },
}

/// Bytes of a coordinate, by curve. RFC 7518 6.2.1.2.
const CURVES: [(&str, usize); 3] = [("P-256", 32), ("P-384", 48), ("P-521", 66)];

impl Jwk {
    /// The key material.
    ///
    /// # Errors
    /// A type that is not served, a member that is missing or malformed, a weak key, a private key.
    pub fn key(&self) -> Result<PublicKey, UnusableJwk> {
        if self.private {
            return Err(UnusableJwk::Private);
        }
        let bytes = |name: &'static str, member: &Option<String>| {
            let text = member.as_deref().filter(|text| !text.is_empty());
            text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(UnusableJwk::Member(name))
        };
        match self.kty.as_str() {
            "RSA" => {
                let n = without_leading_zeros(bytes("n", &self.n)?);
                let e = without_leading_zeros(bytes("e", &self.e)?);
                // Okta: "RSA key length in the 'jwks' is less than '2,048' bits for the given key."
                if n.len() < 256 {
                    return Err(UnusableJwk::Weak);
                }
                Ok(PublicKey::Rsa { n, e })
            }
            "EC" => {
                let named = self.crv.as_deref().and_then(|name| CURVES.iter().find(|(curve, _)| *curve == name));
                let (curve, length) = named.ok_or(UnusableJwk::Curve)?;
                let mut point = vec![4];
                for (name, member) in [("x", &self.x), ("y", &self.y)] {
                    let coordinate = bytes(name, member)?;
                    if coordinate.len() != *length {
                        return Err(UnusableJwk::Coordinate(name));
                    }
                    point.extend(coordinate);
                }
                Ok(PublicKey::Ec { curve, point })
            }
            other => Err(UnusableJwk::Type(other.to_owned())),
        }
    }

    /// RFC 7638 3: the SHA-256 of the required members in lexicographic order, base64url.
    ///
    /// # Errors
    /// As of [`Jwk::key`]: what cannot be used has no name either.
    pub fn thumbprint(&self) -> Result<String, UnusableJwk> {
        let member = |member: &Option<String>| member.clone().unwrap_or_default();
        // Every value has been decoded from base64url, so none needs to be escaped.
        let canonical = match self.key()? {
            PublicKey::Rsa { .. } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, member(&self.e), member(&self.n)),
            PublicKey::Ec { curve, .. } => {
                format!(r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#, member(&self.x), member(&self.y))
            }
        };
        Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
    }
}

impl Jwk {
    /// Whether something is encrypted with it.
    #[must_use]
    pub fn is_for_encryption(&self) -> bool {
        self.key_use.as_deref() == Some("enc")
    }
}

fn without_leading_zeros(bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

impl PublicKey {
    /// Whether this kind of key, on this curve, makes signatures of that algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa { .. } => algorithm.rsa().is_some(),
            Self::Ec { curve, .. } => algorithm.ecdsa().is_some_and(|(own, _)| own == *curve),
        }
    }

    /// Whether the signature is this key's. An algorithm that does not fit the key verifies nothing.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm.rsa(), algorithm.ecdsa()) {
            (Self::Rsa { n, e }, Some(parameters), _) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }
            (Self::Ec { curve, point }, _, Some((own, parameters))) if own == *curve => {
                UnparsedPublicKey::new(parameters, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

/// A client's keys. RFC 7517 5.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

/// What was found at a `jwks_uri`, or why nothing was.
pub type Fetched = Result<Arc<JwkSet>, String>;

/// Why no key of a set can verify a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyProblem {
    /// The `kid` names none, or is missing while there are several.
    Kid(String),
    /// The key is for encryption.
    NotForSigning,
    /// The key's `use` is no word that anybody knows.
    Use(String),
    /// The key is for another algorithm.
    Algorithm(String),
    Unusable(UnusableJwk),
}

impl JwkSet {
    /// Reads a set from elsewhere. RFC 7517 5: keys that are not understood are ignored.
    ///
    /// # Errors
    /// Text that is no key set.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let mut set: Set = serde_json::from_slice(json)?;
        for key in set.keys.iter_mut().filter_map(Value::as_object_mut) {
            // A status is Okta's word for keys that are kept there.
            key.remove("status");
        }
        Ok(Self { keys: set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
    }

    /// Whether a key has that id.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// The key that an object says it is signed with. Okta: `kid` may be left out where there is one key only.
    ///
    /// # Errors
    /// No key, or one that is not for this.
    pub fn choose(&self, jws: &Jws, algorithm: Algorithm) -> Result<PublicKey, KeyProblem> {
        let active: Vec<&Jwk> = self.keys.iter().filter(|key| key.status.is_active()).collect();
        let key = match (jws.kid(), active.as_slice()) {
            (Some(kid), keys) => keys
                .iter()
                .find(|key| key.kid.as_deref() == Some(kid))
                .ok_or_else(|| KeyProblem::Kid(format!("no active key has the id `{kid}`")))?,
            (None, [only]) => only,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7638_has_its_thumbprint() {
        let key = Jwk {
            kty: "RSA".to_owned(),
            n: Some("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".to_owned()),
            e: Some("AQAB".to_owned()),
            ..Jwk::default()
        };
        assert_eq!(key.thumbprint().unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_example_of_rfc_7515_is_its_keys() {
        let key = Jwk {
            kty: "EC".to_owned(),
            crv: Some("P-256".to_owned()),
            x: Some("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".to_owned()),
            y: Some("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".to_owned()),
            ..Jwk::default()
        };
        let material = key.key().unwrap();
        // Appendix A.3.
        let object = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let read = Jws::parse(object).unwrap();
        assert_eq!((read.text("iss"), read.time("exp")), (Some("joe"), Some(1_300_819_380)));
        assert!(read.is_signed_by(Algorithm::Es256, &material));
        // Nothing but the algorithm of its curve, whatever is asked.
        for (name, algorithm) in Algorithm::ALL.into_iter().filter(|(_, algorithm)| *algorithm != Algorithm::Es256) {
            assert!(!read.is_signed_by(algorithm, &material), "{name}");
        }
        let forged = object.replace(".DtEh", ".DtEg");
        assert!(!Jws::parse(&forged).unwrap().is_signed_by(Algorithm::Es256, &material));
    }
}
