//! Public keys as clients publish them. RFC 7517, RFC 7518 6, RFC 7638.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::public_key::PublicKey;
use crate::protocol::Status;

/// A key. RFC 7517 4: members that are not understood are ignored.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Jwk {
    /// `RSA` or `EC`.
    pub kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Okta: the id of a key in the settings of an app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
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
    /// Whether the key contains a private part, which must not be published. Its value is not stored.
    #[serde(default, rename = "d", skip_serializing, deserialize_with = "presence")]
    #[schemars(skip)]
    pub private: bool,
}

fn presence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
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
    #[error("it contains the private key")]
    Private,
    #[error("tokens are encrypted with RSA keys of 2048 to 8192 bits only")]
    NotRsa,
    #[error("its `alg` is `{own}`, not `{wanted}`")]
    Algorithm { own: String, wanted: &'static str },
}

/// Okta: the unused bits of the last letter do not matter.
const LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// Bytes of a coordinate, by curve. RFC 7518 6.2.1.2.
const CURVES: [(&str, usize); 3] = [("P-256", 32), ("P-384", 48), ("P-521", 66)];

impl Jwk {
    /// The key material.
    ///
    /// # Errors
    /// An unsupported type, a member that is missing or malformed, a weak key, a private key.
    pub fn key(&self) -> Result<PublicKey, UnusableJwk> {
        if self.private {
            return Err(UnusableJwk::Private);
        }
        let bytes = |name: &'static str, member: &Option<String>| {
            let text = member.as_deref().filter(|text| !text.is_empty());
            text.and_then(|text| LENIENT.decode(text).ok()).ok_or(UnusableJwk::Member(name))
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
    /// As [`Jwk::key`].
    pub fn thumbprint(&self) -> Result<String, UnusableJwk> {
        let member = |member: &Option<String>| member.clone().unwrap_or_default();
        // The values are base64url, so that none has to be escaped.
        let canonical = match self.key()? {
            PublicKey::Rsa { .. } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, member(&self.e), member(&self.n)),
            PublicKey::Ec { curve, .. } => {
                format!(r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#, member(&self.x), member(&self.y))
            }
        };
        Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
    }

    /// Whether it is for encryption.
    #[must_use]
    pub fn is_for_encryption(&self) -> bool {
        self.key_use.as_deref() == Some("enc")
    }
}

fn without_leading_zeros(bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::jose::{Algorithm, Jws};

    #[test]
    fn the_key_of_rfc_7638_3_1_has_the_thumbprint_of_the_rfc() {
        let key = Jwk {
            kty: "RSA".to_owned(),
            n: Some("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".to_owned()),
            e: Some("AQAB".to_owned()),
            ..Jwk::default()
        };
        assert_eq!(key.thumbprint().unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_signature_of_rfc_7515_a_3_is_verified_by_its_key_only() {
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
        // Only the algorithm of its curve fits the key.
        for (name, algorithm) in Algorithm::ALL.into_iter().filter(|(_, algorithm)| *algorithm != Algorithm::Es256) {
            assert!(!read.is_signed_by(algorithm, &material), "{name}");
        }
        let forged = object.replace(".DtEh", ".DtEg");
        assert!(!Jws::parse(&forged).unwrap().is_signed_by(Algorithm::Es256, &material));
    }
}
