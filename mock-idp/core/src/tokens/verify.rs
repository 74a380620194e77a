//! Verifies tokens that this org has issued: for userinfo, introspection, revocation and hints.

use std::sync::LazyLock;

use jsonwebtoken::Validation;
use serde_json::{Map, Value};

use super::keys::ServerKeys;
use super::sign::{SignatureAlgorithm, SigningKey};

/// The audience that a token must have.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    Any,
    Is(&'a str),
}

/// The claims of a token that this org has signed.
#[derive(Clone, Debug)]
pub struct Verified(pub Map<String, Value>);

impl Verified {
    /// A claim that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A claim that is an integer.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    /// Whether it has expired.
    #[must_use]
    pub fn expired(&self, now: i64) -> bool {
        self.number("exp").is_none_or(|exp| exp <= now)
    }

    /// The granted scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.get("scp").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Thumbprint of the key that the token is bound to. RFC 9449 6.1.
    #[must_use]
    pub fn bound_to(&self) -> Option<&str> {
        self.0.get("cnf").and_then(|confirmation| confirmation.get("jkt")).and_then(Value::as_str)
    }

    /// The token family of an access token.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.text("jti").and_then(family_of)
    }
}

/// The token family that the `jti` of an access token names. Okta: its third part.
#[must_use]
pub fn family_of(jti: &str) -> Option<&str> {
    jti.splitn(3, '.').nth(2)
}

/// The claims of an access token of this server; `None` if the signature is invalid or the token is not an access token.
#[must_use]
pub fn verify_access_token(token: &str, keys: &ServerKeys) -> Option<Verified> {
    verify(token, keys, &keys.access).filter(|claims| claims.text("jti").is_some_and(|jti| jti.starts_with("AT.")))
}

/// The claims of an ID token of this server.
#[must_use]
pub fn verify_id_token(token: &str, keys: &ServerKeys, audience: Audience<'_>) -> Option<Verified> {
    verify(token, keys, &keys.published)
        .filter(|claims| claims.text("jti").is_some_and(|jti| jti.starts_with("ID.")))
        .filter(|claims| match audience {
            Audience::Any => true,
            Audience::Is(client_id) => claims.text("aud") == Some(client_id),
        })
}

/// Only the signature is checked here: the caller checks times and issuers.
static SIGNATURE_ONLY: LazyLock<[Validation; 2]> =
    LazyLock::new(|| [SignatureAlgorithm::Rs256, SignatureAlgorithm::Ps256].map(signature_only));

fn signature_only(algorithm: SignatureAlgorithm) -> Validation {
    let mut validation = Validation::new(algorithm.verified());
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

/// RFC 7515 4.1.4: the `kid` of the header selects the key.
pub(super) fn verify(token: &str, keys: &ServerKeys, current: &SigningKey) -> Option<Verified> {
    let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
    let key = std::iter::once(current).chain(keys.retired.as_deref()).find(|key| key.kid() == kid)?;
    let validation = &SIGNATURE_ONLY[key.algorithm() as usize];
    let data = jsonwebtoken::decode::<Map<String, Value>>(token, key.decoding_key(), validation).ok()?;
    Some(Verified(data.claims))
}
