//! Signed tokens (RFC 7515, RFC 7519), parsed by hand to distinguish all flaws.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

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
    /// The header names no key.
    NoKeyId,
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

    /// A claim as a whole number.
    #[must_use]
    pub fn number(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim).and_then(Value::as_i64)
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
        let Some(kid) = self.header_text("kid") else { return Signature::NoKeyId };
        let Some(key) = keys.find(kid) else { return Signature::UnknownKey(kid.to_owned()) };
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

/// OIDC Core 3.1.3.6 and 3.3.2.11: the left half of the SHA-256 of a token or code, base64url.
#[must_use]
pub fn left_half_hash(value: &str) -> String {
    let digest = Sha256::digest(value.as_bytes());
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
        assert_eq!(token.verify(&KeySet { keys: vec![] }), Signature::BadAlgorithm("none".to_owned()));
    }

    #[test]
    fn an_unpublished_kid_is_an_unknown_key() {
        // {"alg":"RS256","kid":"k"} . {} . x
        let token = Jwt::parse("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.eA").expect("three parts");
        assert_eq!(token.verify(&KeySet { keys: vec![] }), Signature::UnknownKey("k".to_owned()));
    }

    proptest! {
        #[test]
        fn parsing_any_text_does_not_panic(text in ".{0,120}") {
            let _ = Jwt::parse(&text);
        }
    }
}
