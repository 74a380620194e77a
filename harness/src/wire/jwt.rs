//! Signed tokens (RFC 7515, RFC 7519), parsed by hand to distinguish all flaws.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::keys::KeySet;

/// A compact signed token, parsed and not yet verified.
#[derive(Clone, Debug)]
pub struct Jwt {
    raw: String,
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

/// Why a token can't be parsed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    #[error("{0} parts instead of 3")]
    Parts(usize),
    #[error("the {0} is not base64url")]
    Encoding(&'static str),
    #[error("the {0} is not a JSON object")]
    Json(&'static str),
}

/// The result of verifying a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Signature {
    Valid,
    Invalid,
    /// No published key has this id.
    UnknownKey(String),
    /// The header names no key, and several are published for its algorithm.
    NoKeyId,
    /// The named key is published for something else.
    UnfitKey(String),
    /// The header has extensions that must be understood (RFC 7515 4.1.11).
    Critical,
    /// An unknown algorithm, or one without public keys.
    BadAlgorithm(String),
}

impl Signature {
    /// A summary for reports.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Valid => "verified with the published key".to_owned(),
            Self::Invalid => "does not verify with the published key".to_owned(),
            Self::UnknownKey(kid) => format!("no published key has the id {kid}"),
            Self::NoKeyId => "the header names no key".to_owned(),
            Self::UnfitKey(reason) => format!("the key is published with {reason}"),
            Self::Critical => "the header has crit".to_owned(),
            Self::BadAlgorithm(algorithm) => format!("algorithm {algorithm}"),
        }
    }
}

impl Jwt {
    /// Parses a token.
    ///
    /// # Errors
    /// When it isn't three parts of base64url, the first two of them JSON objects.
    pub fn parse(raw: &str) -> Result<Self, JwtError> {
        let parts: Vec<&str> = raw.split('.').collect();
        let [header, claims, _signature] = parts.as_slice() else { return Err(JwtError::Parts(parts.len())) };
        Ok(Self { raw: raw.to_owned(), header: object(header, "header")?, claims: object(claims, "payload")? })
    }

    /// A claim as text.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// A claim as a number. RFC 7519 2: a NumericDate may have a fraction, which is left out here.
    #[must_use]
    pub fn number(&self, claim: &str) -> Option<i64> {
        seconds(self.claims.get(claim)?)
    }

    /// A header member as text.
    #[must_use]
    pub fn header_text(&self, member: &str) -> Option<&str> {
        self.header.get(member).and_then(Value::as_str)
    }

    /// The names of the claims, in order.
    #[must_use]
    pub fn claim_names(&self) -> String {
        self.claims.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Verifies the signature with the key that the header names.
    #[must_use]
    pub fn verify(&self, keys: &KeySet) -> Signature {
        let named = self.header_text("alg").unwrap_or("none");
        let algorithm = match Algorithm::from_str(named) {
            // With a shared secret every verifier could also sign.
            Ok(Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) | Err(_) => {
                return Signature::BadAlgorithm(named.to_owned());
            }
            Ok(algorithm) => algorithm,
        };
        if self.header.contains_key("crit") {
            return Signature::Critical;
        }
        // OIDC Core 10.1: kid may be left out if there is one key only.
        let key = match self.header.get("kid") {
            None => keys.only_one_for(named).ok_or(Signature::NoKeyId),
            Some(kid) => {
                let kid = kid.as_str().unwrap_or_default();
                keys.find(kid).ok_or_else(|| Signature::UnknownKey(kid.to_owned()))
            }
        };
        let key = match key {
            Ok(key) => key,
            Err(signature) => return signature,
        };
        if let Some(reason) = key.unfit_for(named) {
            return Signature::UnfitKey(reason);
        }
        let verified = self.raw.rsplit_once('.').zip(key.verifier()).is_some_and(|((message, signature), key)| {
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm).unwrap_or(false)
        });
        if verified { Signature::Valid } else { Signature::Invalid }
    }
}

fn object(part: &str, what: &'static str) -> Result<Map<String, Value>, JwtError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Encoding(what))?;
    serde_json::from_slice(&bytes).map_err(|_| JwtError::Json(what))
}

/// The whole seconds of a time (RFC 7519 2).
#[must_use]
pub fn seconds(time: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a larger number is clamped")]
    time.as_i64().or_else(|| time.as_f64().map(|time| time.floor() as i64))
}

/// The left half of the SHA-256 of a token or code, for tokens that are signed with RS256, PS256 or ES256.
#[must_use]
pub fn left_half_hash(value: &str) -> String {
    left_half("RS256", value)
}

/// OIDC Core 3.1.3.6 and 3.3.2.11: the left half of the hash of a token or code, base64url, with the hash function of the
/// algorithm that the ID token is signed with.
#[must_use]
pub fn left_half(algorithm: &str, value: &str) -> String {
    let digest = match algorithm {
        "RS384" | "PS384" | "ES384" => Sha384::digest(value.as_bytes()).to_vec(),
        "RS512" | "PS512" | "ES512" | "EdDSA" | "Ed25519" => Sha512::digest(value.as_bytes()).to_vec(),
        _ => Sha256::digest(value.as_bytes()).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hashes_of_oidc_core_appendix_a_are_right() {
        // OIDC Core appendix A.4: code and access token of one response with their hashes.
        assert_eq!(left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        // Appendix A.6.
        assert_eq!(
            left_half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn the_algorithm_none_is_a_bad_algorithm() {
        // {"alg":"none"} . {} .
        let token = Jwt::parse("eyJhbGciOiJub25lIn0.e30.").expect("three parts");
        assert_eq!(token.verify(&KeySet::default()), Signature::BadAlgorithm("none".to_owned()));
    }

    #[test]
    fn an_unpublished_kid_is_an_unknown_key() {
        // {"alg":"RS256","kid":"k"} . {} . x
        let token = Jwt::parse("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.eA").expect("three parts");
        assert_eq!(token.verify(&KeySet::default()), Signature::UnknownKey("k".to_owned()));
    }

    proptest! {
        #[test]
        fn parsing_any_text_does_not_panic(text in ".{0,120}") {
            let _ = Jwt::parse(&text);
        }
    }
}
