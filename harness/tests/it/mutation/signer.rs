//! Signs changed tokens, so that only the change is wrong and not the signature.

use std::str::FromStr as _;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};

/// The ids of the proxy's keys.
pub(crate) const RSA: &str = "proxy-rsa";
pub(crate) const EC: &str = "proxy-ec";
pub(crate) const OKP: &str = "proxy-okp";

/// The header and claims of a token.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
}

impl Parts {
    pub(crate) fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let mut object = || serde_json::from_slice(&parts.next()??).ok();
        Some(Self { header: object()?, claims: object()? })
    }
}

/// The proxy's own keys.
pub(crate) struct Signer {
    rsa: EncodingKey,
    ec: EncodingKey,
    okp: EncodingKey,
}

impl Signer {
    pub(crate) fn new() -> Self {
        let pem = include_str!("../../../../fixtures/keys/spare-2.pem");
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let okp = Ed25519KeyPair::generate_pkcs8v1(&random).expect("a key");
        Self {
            rsa: EncodingKey::from_rsa_pem(pem.as_bytes()).expect("an RSA key"),
            ec: EncodingKey::from_ec_der(ec.as_ref()),
            okp: EncodingKey::from_ed_der(okp.as_ref()),
        }
    }

    /// Signs with the key that fits the algorithm in the header.
    pub(crate) fn sign(&self, parts: &Parts) -> String {
        let part = |members: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(members.clone()).to_string());
        let message = format!("{}.{}", part(&parts.header), part(&parts.claims));
        let named = parts.header.get("alg").and_then(Value::as_str).unwrap_or("none");
        let Ok(algorithm) = Algorithm::from_str(named) else { return format!("{message}.") };
        let key = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => &self.ec,
            Algorithm::EdDSA => &self.okp,
            _ => &self.rsa,
        };
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm);
        format!("{message}.{}", signature.unwrap_or_else(|_| "c2lnbmF0dXJl".to_owned()))
    }

    /// The public half of a key, with the members and order of Okta's keys.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let (key, algorithm, name) = match kid {
            EC => (&self.ec, Algorithm::ES256, "ES256"),
            OKP => (&self.okp, Algorithm::EdDSA, "EdDSA"),
            _ => (&self.rsa, Algorithm::RS256, "RS256"),
        };
        let public = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).expect("a key")).expect("JSON");
        let mut members = json!({ "kty": public["kty"], "alg": name, "kid": kid, "use": "sig" });
        for part in ["crv", "x", "y", "e", "n"] {
            if !public[part].is_null() {
                members[part] = public[part].clone();
            }
        }
        members
    }
}
