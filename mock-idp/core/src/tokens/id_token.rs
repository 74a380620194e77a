//! The payload of an ID token. OIDC Core 2; the order is Okta's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::spec::{TokenSelection, TokenSpec};
use crate::claims::IdTokenClaims;

/// Okta: an ID token lives an hour, whatever the lifetime of access tokens.
pub(super) const LIFETIME: i64 = 3600;

/// The payload.
pub(super) fn payload(
    spec: &TokenSpec<'_>,
    jti: &str,
    now: i64,
    claims: IdTokenClaims,
    selection: TokenSelection<'_>,
) -> Map<String, Value> {
    let mut payload = Map::new();
    if let Some(user) = spec.subject.user {
        payload.insert("sub".to_owned(), user.id.as_str().into());
    }
    payload.extend(claims.leading);
    let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
    let only_requested = spec.server.behavior.only_requested_claims();
    if !only_requested {
        put("ver", 1.into());
    }
    put("iss", spec.urls.issuer(spec.server).into());
    put("aud", spec.subject.client.client_id().into());
    put("iat", now.into());
    put("exp", (now + LIFETIME).into());
    put("jti", jti.into());
    if let Some(authentication) = spec.subject.authentication {
        put("amr", json!(authentication.amr));
    }
    if let Some(acr) = spec.acr {
        put("acr", acr.into());
    }
    // Okta: the id of the identity provider, or that of the org, for its own user store.
    if !only_requested {
        let provider = spec.subject.authentication.and_then(|authentication| authentication.idp.as_ref());
        put("idp", provider.unwrap_or(&spec.subject.org.identity().id).as_str().into());
    }
    if let Some(nonce) = spec.nonce {
        put("nonce", nonce.into());
    }
    // Okta: `sid` is for apps that take part in single logout. Native SSO 3.4: and beside the hash of a device secret.
    let has_sid = spec.subject.client.receives_logout_notices() || spec.device_secret_hash.is_some();
    if let Some(authentication) = spec.subject.authentication.filter(|_| has_sid) {
        put("sid", authentication.sid().into());
    }
    payload.extend(claims.trailing);
    let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
    if let Some(authentication) = spec.subject.authentication {
        put("auth_time", authentication.auth_time.into());
    }
    if selection.access_token {
        // Set when the access token has been signed.
        put("at_hash", Value::Null);
    }
    if let Some(code) = selection.code {
        put("c_hash", half_hash(code).into());
    }
    if let Some(hash) = spec.device_secret_hash {
        put("ds_hash", hash.into());
    }
    payload.extend(claims.custom);
    payload
}

/// The header.
pub(super) fn header() -> Map<String, Value> {
    let mut header = Map::new();
    header.insert("kid".to_owned(), Value::Null);
    header.insert("alg".to_owned(), "RS256".into());
    header
}

/// Sets the hash of the access token that is returned with it.
pub(super) fn set_access_token_hash(payload: &mut Map<String, Value>, access_token: &str) {
    payload.insert("at_hash".to_owned(), half_hash(access_token).into());
}

/// OIDC Core 3.1.3.6: base64url of the left half of the SHA-256 of the ASCII value.
#[must_use]
pub fn half_hash(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(value.as_bytes())[..16])
}
