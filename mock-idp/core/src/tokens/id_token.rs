//! The payload of an ID token. OIDC Core 2; the order is Okta's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::issue::{Mint, Ticket};
use crate::claims::IdTokenClaims;

/// Okta: an ID token lives an hour, whatever the rule says of access tokens.
pub(super) const LIFETIME: i64 = 3600;

/// The payload.
pub(super) fn payload(
    ticket: &Ticket<'_>,
    jti: &str,
    now: i64,
    claims: IdTokenClaims,
    mint: Mint<'_>,
) -> Map<String, Value> {
    let mut payload = Map::new();
    if let Some(user) = ticket.subject.user {
        payload.insert("sub".to_owned(), user.id.as_str().into());
    }
    payload.extend(claims.leading);
    let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
    let only_asked = ticket.server.behavior.only_asked_claims();
    if !only_asked {
        put("ver", 1.into());
    }
    put("iss", ticket.urls.issuer(ticket.server).into());
    put("aud", ticket.subject.client.client_id().into());
    put("iat", now.into());
    put("exp", (now + LIFETIME).into());
    put("jti", jti.into());
    if let Some(authentication) = ticket.subject.authentication {
        put("amr", json!(authentication.amr));
    }
    if let Some(acr) = ticket.acr {
        put("acr", acr.into());
    }
    // Okta: the org's id stands for its own user store.
    if !only_asked {
        put("idp", ticket.subject.org.document().org.id.as_str().into());
    }
    if let Some(nonce) = ticket.nonce {
        put("nonce", nonce.into());
    }
    // Okta: `sid` is there for apps that take part in single logout. Native SSO 3.4: and beside the hash of a device secret.
    let tells_session = ticket.subject.client.hears_of_sign_out() || ticket.device_secret_hash.is_some();
    if let Some(authentication) = ticket.subject.authentication.filter(|_| tells_session) {
        put("sid", authentication.sid().into());
    }
    payload.extend(claims.trailing);
    let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
    if let Some(authentication) = ticket.subject.authentication {
        put("auth_time", authentication.auth_time.into());
    }
    if mint.access_token {
        // Its place; the access token has to be signed first.
        put("at_hash", Value::Null);
    }
    if let Some(code) = mint.code {
        put("c_hash", half_hash(code).into());
    }
    if let Some(hash) = ticket.device_secret_hash {
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

/// Fills in the hash of the access token that it travels with.
pub(super) fn bind(payload: &mut Map<String, Value>, access_token: &str) {
    payload.insert("at_hash".to_owned(), half_hash(access_token).into());
}

/// OIDC Core 3.1.3.6: base64url of the left half of the SHA-256 of the ASCII value.
#[must_use]
pub fn half_hash(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(value.as_bytes())[..16])
}
