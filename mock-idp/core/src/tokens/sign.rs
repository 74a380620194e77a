//! Signing, and the only place where token faults are applied to JWTs.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaSignatureEncoding};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::signature::{self, Signer};
use jsonwebtoken::{Algorithm, DecodingKey};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey, pkcs1::DecodeRsaPrivateKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::fault::Flaw;
use crate::behavior::Behavior;

/// The algorithm of a server's signatures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignatureAlgorithm {
    /// Okta's.
    Rs256,
    Ps256,
}

impl SignatureAlgorithm {
    /// FAPI 2 Security Profile 5.4.
    #[must_use]
    pub fn of(behavior: Behavior) -> Self {
        if behavior.restricts_algorithms() { Self::Ps256 } else { Self::Rs256 }
    }

    /// Its `alg` name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// Its name for the verifier.
    pub(super) fn verified(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
        }
    }

    fn encoding(self) -> &'static RsaSignatureEncoding {
        match self {
            Self::Rs256 => &RSA_PKCS1_SHA256,
            Self::Ps256 => &RSA_PSS_SHA256,
        }
    }
}

/// A parsed signing key. Parsing a private key takes more than a third of the time of a signature.
pub struct SigningKey {
    kid: String,
    algorithm: SignatureAlgorithm,
    /// Modulus and exponent, base64url, as in the JWK.
    modulus: String,
    exponent: String,
    pair: KeyPair,
    random: SystemRandom,
    decoding: DecodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Why a private key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not a usable RSA private key: {0}")]
pub struct UnusableKey(String);

impl SigningKey {
    /// Reads an RSA private key of at least 2048 bits from PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// Text that is not such a key.
    pub fn from_pem(pem: &str, algorithm: SignatureAlgorithm) -> Result<Self, UnusableKey> {
        let key = RsaPrivateKey::from_pkcs8_pem(pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(pem))
            .map_err(|error| UnusableKey(error.to_string()))?;
        Self::new(&key, algorithm)
    }

    /// Takes an RSA private key of at least 2048 bits.
    ///
    /// # Errors
    /// A key that is too small.
    pub fn new(key: &RsaPrivateKey, algorithm: SignatureAlgorithm) -> Result<Self, UnusableKey> {
        let der = key.to_pkcs1_der().map_err(|error| UnusableKey(error.to_string()))?;
        let pair = KeyPair::from_der(der.as_bytes()).map_err(|error| UnusableKey(error.to_string()))?;
        let modulus = URL_SAFE_NO_PAD.encode(key.n().to_bytes_be());
        let exponent = URL_SAFE_NO_PAD.encode(key.e().to_bytes_be());
        let decoding =
            DecodingKey::from_rsa_components(&modulus, &exponent).map_err(|error| UnusableKey(error.to_string()))?;
        // RFC 7638: the thumbprint of the key is its id; Okta's kids have the same 43 characters.
        let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes()));
        Ok(Self { kid, algorithm, modulus, exponent, pair, random: SystemRandom::new(), decoding })
    }

    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The public half, for verification.
    #[must_use]
    pub fn decoding_key(&self) -> &DecodingKey {
        &self.decoding
    }

    /// Signs a JWT, with these flaws.
    pub(super) fn sign_token(
        &self,
        mut header: Map<String, Value>,
        mut payload: Map<String, Value>,
        flaws: &[Flaw],
    ) -> Result<String, signature::Error> {
        // The header has entries for them already, so that the order stays.
        header.insert("kid".to_owned(), self.kid.as_str().into());
        header.insert("alg".to_owned(), self.algorithm.name().into());
        for flaw in flaws {
            apply(*flaw, &mut header, &mut payload);
        }
        let mut claims = Value::Object(payload).to_string();
        if flaws.contains(&Flaw::DuplicateClaim) {
            claims.pop();
            claims.push_str(r#","iss":"https://issuer.invalid"}"#);
        }
        let mut jwt = unsigned(&Value::Object(header).to_string(), &claims);
        if flaws.contains(&Flaw::AlgNone) {
            jwt.push('.');
            return Ok(jwt);
        }
        let mut signature = if flaws.contains(&Flaw::PublicKeyAsSecret) {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, self.public_pem()?.as_bytes());
            hmac::sign(&secret, jwt.as_bytes()).as_ref().to_vec()
        } else if flaws.contains(&Flaw::ForeignKey) {
            foreign_key(self.algorithm)?.try_sign(jwt.as_bytes())?
        } else {
            self.try_sign(jwt.as_bytes())?
        };
        if flaws.contains(&Flaw::BadSignature) {
            signature[7] ^= 0x20;
        }
        append_signature(&mut jwt, &signature);
        Ok(jwt)
    }
}

impl SigningKey {
    /// Signs a JWT under another key id.
    ///
    /// # Errors
    /// The library fails.
    pub(super) fn sign_as(&self, kid: &str, claims: &Value) -> Result<String, signature::Error> {
        let header = json!({ "alg": self.algorithm.name(), "kid": kid, "typ": "JWT" });
        let mut jwt = unsigned(&header.to_string(), &claims.to_string());
        let signature = self.try_sign(jwt.as_bytes())?;
        append_signature(&mut jwt, &signature);
        Ok(jwt)
    }

    /// The public half as PEM, as it can be made from the key set.
    fn public_pem(&self) -> Result<String, signature::Error> {
        let number = |text: &str| URL_SAFE_NO_PAD.decode(text).map(|bytes| BigUint::from_bytes_be(&bytes));
        let failed = |_| signature::Error::new();
        let (modulus, exponent) = (number(&self.modulus).map_err(failed)?, number(&self.exponent).map_err(failed)?);
        let key = RsaPublicKey::new(modulus, exponent).map_err(|_| signature::Error::new())?;
        key.to_public_key_pem(LineEnding::LF).map_err(|_| signature::Error::new())
    }
}

/// A JWT without its last dot and signature.
fn unsigned(header: &str, claims: &str) -> String {
    let mut jwt = URL_SAFE_NO_PAD.encode(header);
    jwt.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
    jwt
}

fn append_signature(jwt: &mut String, signature: &[u8]) {
    jwt.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, jwt);
}

/// The public half of the key that [`Flaw::ForeignKey`] signs with. No server publishes it by itself.
#[must_use]
pub fn foreign_jwk() -> Option<Value> {
    Some(public_jwk(&foreign_key(SignatureAlgorithm::Rs256).ok()?))
}

/// A key that no server publishes.
fn foreign_key(algorithm: SignatureAlgorithm) -> Result<SigningKey, signature::Error> {
    SigningKey::from_pem(include_str!("foreign_key.pem"), algorithm).map_err(|_| signature::Error::new())
}

impl Signer<Vec<u8>> for SigningKey {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(self.algorithm.encoding(), &self.random, message, &mut signature)
            .map_err(|_| signature::Error::new())?;
        Ok(signature)
    }
}

impl JwtSigner for SigningKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm.verified()
    }
}

const WRONG_TYPE: &str = "dpop+jwt";

fn apply(flaw: Flaw, header: &mut Map<String, Value>, payload: &mut Map<String, Value>) {
    let mut shift = |seconds: i64| {
        for name in ["iat", "exp", "auth_time"] {
            if let Some(time) = payload.get(name).and_then(Value::as_i64) {
                payload.insert(name.to_owned(), (time + seconds).into());
            }
        }
    };
    match flaw {
        // The signature, the text of the claims, and opaque tokens are changed elsewhere.
        Flaw::BadSignature | Flaw::ForeignKey | Flaw::DuplicateClaim | Flaw::Unknown | Flaw::Missing => {}
        Flaw::PublicKeyAsSecret => _ = header.insert("alg".to_owned(), "HS256".into()),
        Flaw::Expired => shift(-86_400 * 2),
        Flaw::IssuedInFuture => shift(86_400),
        Flaw::UnknownKid => _ = header.insert("kid".to_owned(), "no-such-key".into()),
        // RFC 8725 3.11: the type of no token of this issuer.
        Flaw::WrongType => _ = header.insert("typ".to_owned(), WRONG_TYPE.into()),
        Flaw::AlgNone => _ = header.insert("alg".to_owned(), "none".into()),
        Flaw::WrongIssuer => _ = payload.insert("iss".to_owned(), "https://issuer.invalid".into()),
        Flaw::IssuerWithSlash => {
            if let Some(Value::String(issuer)) = payload.get_mut("iss") {
                issuer.push('/');
            }
        }
        Flaw::MissingIssuer => _ = payload.shift_remove("iss"),
        Flaw::SecondAudience => {
            if let Some(audience) = payload.get_mut("aud") {
                *audience = json!([audience.take(), "https://audience.invalid"]);
            }
        }
        Flaw::MissingAudience => _ = payload.shift_remove("aud"),
        Flaw::ExpiresAsText => {
            if let Some(expires) = payload.get_mut("exp") {
                *expires = expires.to_string().into();
            }
        }
        Flaw::MissingExpiry => _ = payload.shift_remove("exp"),
        Flaw::NotBeforeInFuture => {
            let issued = payload.get("iat").and_then(Value::as_i64).unwrap_or_default();
            payload.insert("nbf".to_owned(), (issued + 86_400).into());
        }
        Flaw::Oversize => _ = payload.insert("padding".to_owned(), "x".repeat(64 * 1024).into()),
        Flaw::WrongAudience => _ = payload.insert("aud".to_owned(), "https://audience.invalid".into()),
        Flaw::WrongNonce => _ = payload.insert("nonce".to_owned(), "wrong-nonce".into()),
        Flaw::WrongAtHash => _ = payload.insert("at_hash".to_owned(), "AAAAAAAAAAAAAAAAAAAAAA".into()),
        Flaw::WrongSubject => _ = payload.insert("sub".to_owned(), "00unobody00000000000".into()),
        Flaw::MissingSub => _ = payload.shift_remove("sub"),
        Flaw::MissingEvents => _ = payload.shift_remove("events"),
        Flaw::WithNonce => _ = payload.insert("nonce".to_owned(), "unexpected-nonce".into()),
        Flaw::MissingScp => _ = payload.shift_remove("scp"),
        Flaw::ExtraScope => {
            if let Some(scopes) = payload.get_mut("scp").and_then(Value::as_array_mut) {
                scopes.push("never:granted".into());
            }
            if let Some(Value::String(scopes)) = payload.get_mut("scope") {
                scopes.push_str(" never:granted");
            }
        }
    }
}

/// The public half as a JWK, in Okta's key order.
#[must_use]
pub fn public_jwk(key: &SigningKey) -> Value {
    json!({"kty": "RSA", "alg": key.algorithm.name(), "kid": key.kid, "use": "sig", "e": key.exponent, "n": key.modulus})
}
