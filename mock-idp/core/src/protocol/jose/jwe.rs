//! Encryption of JWTs. RFC 7516 in its compact form; RFC 7518 4.3, 5.3.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm, OaepPublicEncryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::signature::RsaPublicKeyComponents;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Jwk, PublicKey, UnusableJwk};

/// How the key of the content is encrypted. Okta: one of these three; RFC 7518 4.3 has the first, IANA's registry all.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum KeyEncryptionAlgorithm {
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    #[serde(rename = "RSA-OAEP-384")]
    RsaOaep384,
    #[serde(rename = "RSA-OAEP-512")]
    RsaOaep512,
}

impl KeyEncryptionAlgorithm {
    /// All algorithms, in the order of the discovery document.
    pub const ALL: [Self; 3] = [Self::RsaOaep256, Self::RsaOaep384, Self::RsaOaep512];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep384 => "RSA-OAEP-384",
            Self::RsaOaep512 => "RSA-OAEP-512",
        }
    }

    fn padding(self) -> &'static OaepAlgorithm {
        match self {
            Self::RsaOaep256 => &OAEP_SHA256_MGF1SHA256,
            Self::RsaOaep384 => &OAEP_SHA384_MGF1SHA384,
            Self::RsaOaep512 => &OAEP_SHA512_MGF1SHA512,
        }
    }
}

/// How the content is encrypted. Okta: the only algorithm.
pub const CONTENT_ENCRYPTION: &str = "A256GCM";

/// The random key and initialization vector of one encrypted object.
#[derive(Clone)]
pub struct ContentSecret {
    key: [u8; 32],
    vector: [u8; NONCE_LEN],
}

impl ContentSecret {
    #[must_use]
    pub fn new(key: [u8; 32], vector: [u8; NONCE_LEN]) -> Self {
        Self { key, vector }
    }
}

impl std::fmt::Debug for ContentSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContentSecret")
    }
}

/// A public key to encrypt with.
#[derive(Clone, Debug)]
pub struct EncryptionKey {
    kid: Option<String>,
    algorithm: KeyEncryptionAlgorithm,
    key: PublicEncryptingKey,
}

impl EncryptionKey {
    /// Prepares a key.
    ///
    /// # Errors
    /// A key that cannot be used, or not with this algorithm.
    pub fn new(jwk: &Jwk, algorithm: KeyEncryptionAlgorithm) -> Result<Self, UnusableJwk> {
        // Okta: only RSA keys encrypt tokens.
        let PublicKey::Rsa { n, e } = jwk.key()? else { return Err(UnusableJwk::NotRsa) };
        // RFC 7517 4.4.
        if let Some(own) = jwk.alg.as_deref().filter(|own| *own != algorithm.name()) {
            return Err(UnusableJwk::Algorithm { own: own.to_owned(), wanted: algorithm.name() });
        }
        let key = RsaPublicKeyComponents { n, e }.try_into().map_err(|_| UnusableJwk::NotRsa)?;
        Ok(Self { kid: jwk.kid.clone(), algorithm, key })
    }

    /// Its id, if it has one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Encrypts a signed JWT. A content secret must not be used twice.
    ///
    /// # Errors
    /// The cryptography fails.
    pub fn encrypt(&self, jwt: &str, content: &ContentSecret) -> Result<String, Unspecified> {
        // RFC 7519 5.2: `cty` is JWT if the content is a JWT.
        let mut header = json!({"alg": self.algorithm.name(), "enc": CONTENT_ENCRYPTION, "cty": "JWT"});
        if let Some(kid) = &self.kid {
            header["kid"] = kid.as_str().into();
        }
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        // RFC 7516 5.1 steps 2 to 9: a new key and initialization vector for each object.
        let ContentSecret { key: content_key, vector } = content;
        let wrapping = OaepPublicEncryptingKey::new(self.key.clone())?;
        let mut wrapped = vec![0; wrapping.ciphertext_size()];
        let wrapped: &[u8] = wrapping.encrypt(self.algorithm.padding(), content_key, &mut wrapped, None)?;
        // Steps 14 and 15: the header as it is sent is authenticated too.
        let mut content = jwt.as_bytes().to_vec();
        let tag = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, content_key)?).seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(*vector),
            Aad::from(header.as_bytes()),
            &mut content,
        )?;
        // RFC 7516 7.1.
        let parts = [wrapped, vector.as_slice(), &content, tag.as_ref()];
        Ok(parts.iter().fold(header, |object, part| object + "." + &URL_SAFE_NO_PAD.encode(part)))
    }
}
