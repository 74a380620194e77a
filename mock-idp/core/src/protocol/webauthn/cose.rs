//! Public keys of credentials: COSE keys (RFC 9052 7, RFC 9053 7.1, RFC 8230 4), and the signatures that they verify.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use super::cbor::Value;
use super::ceremony::{CeremonyError, encode};
use crate::protocol::jose::{Algorithm, Jwk, PublicKey};

/// RFC 9053 2.1.
pub(super) const ES256: i64 = -7;
/// RFC 8812 2.
pub(super) const RS256: i64 = -257;

/// The algorithms of keys that can be registered. Okta: as recorded.
pub const ALGORITHMS: [i64; 2] = [ES256, RS256];

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;

/// The algorithm of a key.
pub(super) fn algorithm(key: &Value<'_>) -> Option<i64> {
    key.numbered(ALGORITHM)?.integer()
}

/// A key as a JSON Web Key.
pub(super) fn jwk(key: &Value<'_>) -> Result<Jwk, CeremonyError> {
    let malformed = CeremonyError::PublicKey;
    let number = |label| key.numbered(label).and_then(Value::integer);
    let bytes =
        |label| key.numbered(label).and_then(Value::bytes).map(encode).ok_or(malformed("a parameter is missing"));
    let jwk = match (algorithm(key), number(KEY_TYPE)) {
        (Some(ES256), Some(EC2)) => {
            // WebAuthn 5.8.5: ES256 is used with P-256, and the point is not compressed.
            if number(-1) != Some(P256) {
                return Err(malformed("the curve is not P-256"));
            }
            Jwk {
                kty: "EC".to_owned(),
                alg: Some("ES256".to_owned()),
                crv: Some("P-256".to_owned()),
                x: Some(bytes(-2)?),
                y: Some(bytes(-3)?),
                ..Jwk::default()
            }
        }
        (Some(RS256), Some(RSA)) => Jwk {
            kty: "RSA".to_owned(),
            alg: Some("RS256".to_owned()),
            n: Some(bytes(-1)?),
            e: Some(bytes(-2)?),
            ..Jwk::default()
        },
        _ => return Err(malformed("its type does not fit its algorithm")),
    };
    jwk.key().map(|_| jwk).map_err(|_| malformed("a parameter has the wrong length"))
}

/// Whether a key has made a signature of this algorithm.
pub(super) fn verifies(key: &PublicKey, algorithm: i64, message: &[u8], signature: &[u8]) -> bool {
    match (key, algorithm) {
        // WebAuthn 6.5.5: as the DER of two integers, unlike in a JWS.
        (PublicKey::Ec { curve: "P-256", point }, ES256) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
        }
        (PublicKey::Rsa { .. }, RS256) => key.verifies(Algorithm::Rs256, message, signature),
        _ => false,
    }
}

/// The algorithm of a stored key.
pub(super) fn algorithm_of(key: &PublicKey) -> i64 {
    match key {
        PublicKey::Ec { .. } => ES256,
        PublicKey::Rsa { .. } => RS256,
    }
}
