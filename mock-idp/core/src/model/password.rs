//! Passwords: in plain text, or as an imported hash. Okta: `credentials.password.hash`.

use aws_lc_rs::digest;
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A password. Passwords of a mock are public, so that most are in plain text.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Password {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<PasswordHash>,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// A password in plain text.
    #[must_use]
    pub fn plain(value: &str) -> Self {
        Self { value: Some(value.to_owned()), hash: None }
    }

    /// A password of which only a hash is known.
    #[must_use]
    pub fn hashed(hash: PasswordHash) -> Self {
        Self { value: None, hash: Some(hash) }
    }

    /// A password that only another system knows: no entered password matches.
    #[must_use]
    pub fn unknown() -> Self {
        Self { value: None, hash: None }
    }

    /// The password, if it is known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Why no entered password can match.
    #[must_use]
    pub fn uncheckable(&self) -> Option<&'static str> {
        match (&self.value, &self.hash) {
            (None, None) => Some("the password of the user is not known here"),
            (None, Some(hash)) => hash.uncomputable(),
            (Some(_), _) => None,
        }
    }

    /// Whether this is the password.
    #[must_use]
    pub fn is(&self, typed: &str) -> bool {
        match (&self.value, &self.hash) {
            (Some(value), _) => !value.is_empty() && value.as_bytes().ct_eq(typed.as_bytes()).into(),
            (None, Some(hash)) => hash.verifies(typed),
            (None, None) => false,
        }
    }
}

/// The hash of a password.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordHash {
    pub algorithm: HashAlgorithm,
    /// Base64; for BCRYPT in its own alphabet.
    pub value: String,
    /// Base64; for BCRYPT 22 characters of its own alphabet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt_order: Option<SaltOrder>,
    /// For BCRYPT: 1 to 20. Only hashes with 4 to 14 are computed, and for others no entered password matches: BCRYPT has no factor below 4,
    /// and one above 14 would take seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_factor: Option<u32>,
    /// For PBKDF2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iteration_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_algorithm: Option<DigestAlgorithm>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum HashAlgorithm {
    #[serde(rename = "BCRYPT")]
    Bcrypt,
    #[serde(rename = "SHA-512")]
    Sha512,
    #[serde(rename = "SHA-256")]
    Sha256,
    #[serde(rename = "SHA-1")]
    Sha1,
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "PBKDF2")]
    Pbkdf2,
}

/// The hash function of PBKDF2.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum DigestAlgorithm {
    #[serde(rename = "SHA256_HMAC")]
    Sha256,
    #[serde(rename = "SHA512_HMAC")]
    Sha512,
}

/// Where the salt stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SaltOrder {
    Prefix,
    Postfix,
}

/// More iterations would let one request keep the server busy.
const MAX_ITERATIONS: u32 = 1_000_000;
/// Okta: the largest work factor of BCRYPT.
const MAX_WORK_FACTOR: u32 = 20;
/// BCRYPT itself has no smaller work factor.
const LEAST_COMPUTED_FACTOR: u32 = 4;
/// The largest that is computed: it takes about a second, and each one more twice as long.
const MAX_COMPUTED_FACTOR: u32 = 14;

impl PasswordHash {
    /// What is wrong with it: the member and a message.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let problem = |member, message: &str| Some((member, message.to_owned()));
        match self.algorithm {
            HashAlgorithm::Bcrypt => {
                if !self.work_factor.is_some_and(|factor| (1..=MAX_WORK_FACTOR).contains(&factor)) {
                    return problem("workFactor", "The work factor must be between 1 and 20");
                }
                if self.salt.as_ref().is_none_or(|salt| salt.len() != 22) {
                    return problem("salt", "The salt of BCRYPT must have 22 characters");
                }
                (self.value.len() != 31).then(|| ("value", "The hash of BCRYPT must have 31 characters".to_owned()))
            }
            HashAlgorithm::Pbkdf2 => {
                if !self.iteration_count.is_some_and(|count| (1..=MAX_ITERATIONS).contains(&count)) {
                    return problem("iterationCount", "The iteration count must be between 1 and 1000000");
                }
                if self.salt.is_none() {
                    return problem("salt", "PBKDF2 needs a salt");
                }
                self.undecodable()
            }
            _ => self.undecodable(),
        }
    }

    fn undecodable(&self) -> Option<(&'static str, String)> {
        let fails = |text: &str| STANDARD.decode(text).is_err();
        if fails(&self.value) {
            return Some(("value", "The hash must be Base64".to_owned()));
        }
        self.salt.as_deref().is_some_and(fails).then(|| ("salt", "The salt must be Base64".to_owned()))
    }

    /// Why the hash of an entered password cannot be computed, so that none matches.
    #[must_use]
    pub fn uncomputable(&self) -> Option<&'static str> {
        match self.work_factor.filter(|_| self.algorithm == HashAlgorithm::Bcrypt)? {
            ..LEAST_COMPUTED_FACTOR => Some("BCRYPT has no work factor below 4"),
            LEAST_COMPUTED_FACTOR..=MAX_COMPUTED_FACTOR => None,
            // It would keep the server busy for seconds.
            _ => Some("the mock computes no BCRYPT hash with a work factor above 14"),
        }
    }

    /// Whether this is the hash of a password.
    #[must_use]
    pub fn verifies(&self, password: &str) -> bool {
        self.matches(password).unwrap_or_default()
    }

    fn matches(&self, password: &str) -> Option<bool> {
        match self.algorithm {
            HashAlgorithm::Bcrypt if self.uncomputable().is_some() => None,
            HashAlgorithm::Bcrypt => {
                let text = format!("$2b${:02}${}{}", self.work_factor?, self.salt.as_ref()?, self.value);
                bcrypt::verify(password, &text).ok()
            }
            HashAlgorithm::Pbkdf2 => {
                let expected = STANDARD.decode(&self.value).ok()?;
                let salt = STANDARD.decode(self.salt.as_ref()?).ok()?;
                let count = std::num::NonZeroU32::new(self.iteration_count?.min(MAX_ITERATIONS))?;
                let algorithm = match self.digest_algorithm {
                    Some(DigestAlgorithm::Sha512) => pbkdf2::PBKDF2_HMAC_SHA512,
                    _ => pbkdf2::PBKDF2_HMAC_SHA256,
                };
                Some(pbkdf2::verify(algorithm, count, &salt, password.as_bytes(), &expected).is_ok())
            }
            HashAlgorithm::Sha1 => self.digests(&digest::SHA1_FOR_LEGACY_USE_ONLY, password),
            HashAlgorithm::Sha256 => self.digests(&digest::SHA256, password),
            HashAlgorithm::Sha512 => self.digests(&digest::SHA512, password),
            HashAlgorithm::Md5 => self.equals(Md5::digest(self.salted(password)?).as_ref()),
        }
    }

    fn digests(&self, algorithm: &'static digest::Algorithm, password: &str) -> Option<bool> {
        self.equals(digest::digest(algorithm, &self.salted(password)?).as_ref())
    }

    fn equals(&self, hashed: &[u8]) -> Option<bool> {
        let expected = STANDARD.decode(&self.value).ok()?;
        Some(hashed.ct_eq(&expected).into())
    }

    fn salted(&self, password: &str) -> Option<Vec<u8>> {
        let salt = STANDARD.decode(self.salt.as_deref().unwrap_or_default()).ok()?;
        Some(match self.salt_order {
            Some(SaltOrder::Postfix) => [password.as_bytes(), &salt].concat(),
            _ => [&salt, password.as_bytes()].concat(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(json: serde_json::Value) -> PasswordHash {
        let hash: PasswordHash = serde_json::from_value(json).unwrap();
        assert_eq!(hash.problem(), None);
        hash
    }

    #[test]
    fn hashes_of_all_algorithms_verify_their_password_only() {
        use serde_json::json;
        let sha = |algorithm, salted: &str| STANDARD.encode(digest::digest(algorithm, salted.as_bytes()).as_ref());
        let salt = STANDARD.encode("salt");
        for hash in [
            hash(
                json!({ "algorithm": "SHA-256", "salt": salt, "saltOrder": "PREFIX", "value": sha(&digest::SHA256, "saltpass") }),
            ),
            hash(
                json!({ "algorithm": "SHA-512", "salt": salt, "saltOrder": "POSTFIX", "value": sha(&digest::SHA512, "passsalt") }),
            ),
            hash(json!({ "algorithm": "SHA-1", "value": sha(&digest::SHA1_FOR_LEGACY_USE_ONLY, "pass") })),
            hash(json!({ "algorithm": "MD5", "value": "Gh3JHJBzJcaScd3wyUS8cg==" })),
        ] {
            assert_eq!([hash.verifies("pass"), hash.verifies("Pass"), hash.verifies("")], [true, false, false]);
        }
        // RFC 7914 11: PBKDF2-HMAC-SHA256 of `passwd` and `salt`, one iteration.
        let key = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc";
        let key: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&key[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let pbkdf2 = hash(json!({
            "algorithm": "PBKDF2", "salt": salt, "iterationCount": 1, "keySize": 32, "digestAlgorithm": "SHA256_HMAC",
            "value": STANDARD.encode(key),
        }));
        assert_eq!([pbkdf2.verifies("passwd"), pbkdf2.verifies("pass")], [true, false]);
        // From the test vectors of OpenBSD's bcrypt: the password `U*U`.
        let bcrypt = hash(json!({
            "algorithm": "BCRYPT", "workFactor": 5, "salt": "CCCCCCCCCCCCCCCCCCCCC.", "value": "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        }));
        assert_eq!([bcrypt.verifies("U*U"), bcrypt.verifies("U*V")], [true, false]);
    }

    #[test]
    fn incomplete_hashes_are_problems() {
        use serde_json::json;
        for (json, member) in [
            (json!({ "algorithm": "BCRYPT", "value": "x", "salt": "y" }), "workFactor"),
            (json!({ "algorithm": "BCRYPT", "value": "x", "salt": "y", "workFactor": 0 }), "workFactor"),
            (json!({ "algorithm": "BCRYPT", "value": "x", "salt": "y", "workFactor": 21 }), "workFactor"),
            (json!({ "algorithm": "BCRYPT", "value": "x", "salt": "y", "workFactor": 10 }), "salt"),
            (json!({ "algorithm": "SHA-256", "value": "not base64!" }), "value"),
            (json!({ "algorithm": "PBKDF2", "value": "eA==", "salt": "eA==" }), "iterationCount"),
            (json!({ "algorithm": "PBKDF2", "value": "eA==", "iterationCount": 4_000_000_000_u32 }), "iterationCount"),
        ] {
            let hash: PasswordHash = serde_json::from_value(json).unwrap();
            assert_eq!(hash.problem().map(|(member, _)| member), Some(member));
        }
    }
}
