//! The signature algorithms that Okta accepts from clients. RFC 7518 3.1.

use aws_lc_rs::{hmac, signature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An algorithm by its `alg` name. `none` is not one of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    Hs256,
    Hs384,
    Hs512,
    Rs256,
    Rs384,
    Rs512,
    Es256,
    Es384,
    Es512,
}

impl Algorithm {
    /// All algorithms, in the order of the discovery document.
    pub const ALL: [(&str, Self); 9] = [
        ("HS256", Self::Hs256),
        ("HS384", Self::Hs384),
        ("HS512", Self::Hs512),
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("ES512", Self::Es512),
    ];

    /// The algorithm of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    /// Whether both sides share a secret.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        self.mac().is_some()
    }

    /// RFC 7518 3.2: a secret must have at least as many bytes as the hash. 0 for the algorithms of key pairs.
    #[must_use]
    pub fn shortest_secret(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
            _ => 0,
        }
    }

    pub(super) fn mac(self) -> Option<hmac::Algorithm> {
        match self {
            Self::Hs256 => Some(hmac::HMAC_SHA256),
            Self::Hs384 => Some(hmac::HMAC_SHA384),
            Self::Hs512 => Some(hmac::HMAC_SHA512),
            _ => None,
        }
    }

    pub(super) fn rsa(self) -> Option<&'static signature::RsaParameters> {
        match self {
            Self::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        }
    }

    /// RFC 7518 3.4: each of these algorithms has one curve.
    pub(super) fn ecdsa(self) -> Option<(&'static str, &'static signature::EcdsaVerificationAlgorithm)> {
        match self {
            Self::Es256 => Some(("P-256", &signature::ECDSA_P256_SHA256_FIXED)),
            Self::Es384 => Some(("P-384", &signature::ECDSA_P384_SHA384_FIXED)),
            Self::Es512 => Some(("P-521", &signature::ECDSA_P521_SHA512_FIXED)),
            _ => None,
        }
    }
}
