//! What a client signs: assertions (RFC 7523), request objects (RFC 9101) and proofs of a key (RFC 9449).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{AuthorizationRequest, random_text};
use crate::issuer_target::Client;

/// A signing key of a client.
pub struct Key {
    key: EncodingKey,
    algorithm: Algorithm,
    name: &'static str,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("algorithm", &self.name).finish_non_exhaustive()
    }
}

/// Why a key can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    #[error("the key can't be used: {0}")]
    Unusable(#[from] jsonwebtoken::errors::Error),
    #[error("a key can't be generated")]
    Generation(#[from] aws_lc_rs::error::Unspecified),
}

impl Key {
    /// A new P-256 key, for ES256.
    ///
    /// # Errors
    /// When it can't be generated.
    pub fn fresh() -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        let key = EncodingKey::from_ec_der(pair.as_ref());
        Ok(Self { key, algorithm: Algorithm::ES256, name: "ES256" })
    }

    /// A private RSA key in PEM, for RS256.
    ///
    /// # Errors
    /// When it isn't one.
    pub fn rsa(pem: &str) -> Result<Self, KeyError> {
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        Ok(Self { key, algorithm: Algorithm::RS256, name: "RS256" })
    }

    /// A client's secret, for HS256.
    #[must_use]
    pub fn secret(secret: &str) -> Self {
        Self { key: EncodingKey::from_secret(secret.as_bytes()), algorithm: Algorithm::HS256, name: "HS256" }
    }

    /// The public key.
    ///
    /// # Errors
    /// When it has none.
    pub fn public(&self) -> Result<Value, KeyError> {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm)?;
        let mut members = serde_json::to_value(jwk).unwrap_or_default();
        if let Some(members) = members.as_object_mut() {
            // RFC 7638 3.2: the required members only.
            members.retain(|name, _| ["kty", "n", "e", "crv", "x", "y"].contains(&name.as_str()));
        }
        Ok(members)
    }

    /// RFC 7638: the thumbprint of the key.
    ///
    /// # Errors
    /// When it has no public key.
    pub fn thumbprint(&self) -> Result<String, KeyError> {
        Ok(Jwk::from_encoding_key(&self.key, self.algorithm)?.thumbprint(ThumbprintHash::SHA256)?)
    }

    /// RFC 7517 5: a key set with the public key; its thumbprint is the key id.
    ///
    /// # Errors
    /// When it has none.
    pub fn set(&self) -> Result<Value, KeyError> {
        let mut key = self.public()?;
        key["kid"] = json!(self.thumbprint()?);
        key["use"] = json!("sig");
        key["alg"] = json!(self.name);
        Ok(json!({ "keys": [key] }))
    }

    /// RFC 7515 3.1: signs the claims, with `alg` and these members in the header.
    ///
    /// # Errors
    /// When the key can't sign.
    pub fn sign(&self, header: &Value, claims: &Value) -> Result<String, KeyError> {
        let mut members = Map::from_iter([("alg".to_owned(), json!(self.name))]);
        members.extend(header.as_object().cloned().unwrap_or_default());
        let message = format!("{}.{}", part(&Value::Object(members)), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm)?;
        Ok(format!("{message}.{signature}"))
    }

    /// RFC 9449 4.2: a DPoP proof for one request.
    ///
    /// # Errors
    /// When the key can't sign.
    pub fn proof(&self, proof: &Proof<'_>) -> Result<String, KeyError> {
        self.seal(&self.draft(proof)?)
    }

    /// A proof before it is signed.
    ///
    /// # Errors
    /// When the key has no public key.
    pub fn draft(&self, proof: &Proof<'_>) -> Result<Draft, KeyError> {
        let mut url = proof.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let mut claims = json!({ "htm": proof.method, "htu": url.as_str(), "iat": proof.now, "jti": random_text(24) });
        if let Some(nonce) = proof.nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = proof.access_token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes())));
        }
        Ok(Draft { header: json!({ "typ": "dpop+jwt", "jwk": self.public()? }), claims })
    }

    /// Signs a draft.
    ///
    /// # Errors
    /// When the key can't sign.
    pub fn seal(&self, draft: &Draft) -> Result<String, KeyError> {
        self.sign(&draft.header, &draft.claims)
    }
}

/// A proof before it is signed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// All members but `alg`.
    pub header: Value,
    pub claims: Value,
}

/// The request of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    pub method: &'a str,
    pub url: &'a Url,
    pub now: i64,
    pub nonce: Option<&'a str>,
    /// The access token of a request to a protected resource.
    pub access_token: Option<&'a str>,
}

/// RFC 7523 3: the claims by which a client authenticates to `audience`.
#[must_use]
pub fn assertion(client: &Client, audience: &str, now: i64) -> Value {
    json!({ "iss": client.id, "sub": client.id, "aud": audience, "iat": now, "exp": now + 300, "jti": random_text(16) })
}

/// RFC 9101 4: the parameters of a request as claims for `issuer`.
#[must_use]
pub fn request_object(request: &AuthorizationRequest, client: &Client, issuer: &str, now: i64) -> Value {
    // OIDC Core 6.1: the claims parameter is a JSON object here.
    let claim = |name: &str, value: &str| match name {
        "claims" => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
        _ => json!(value),
    };
    let mut claims: Map<String, Value> =
        request.params().iter().map(|(name, value)| (name.clone(), claim(name, value))).collect();
    let own = json!({ "iss": client.id, "aud": issuer, "exp": now + 300, "jti": random_text(16) });
    claims.extend(own.as_object().cloned().unwrap_or_default());
    Value::Object(claims)
}

/// RFC 7515 appendix A.5: an unsigned token.
#[must_use]
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let mut members = Map::from_iter([("alg".to_owned(), json!("none"))]);
    members.extend(header.as_object().cloned().unwrap_or_default());
    format!("{}.{}.", part(&Value::Object(members)), part(claims))
}

/// The token with a wrong signature.
#[must_use]
pub fn forged(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let changed = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{changed}{}", signature.get(1..).unwrap_or_default())
}

/// A JSON part of a token.
#[must_use]
pub fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
