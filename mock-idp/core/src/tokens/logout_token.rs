//! The logout token. OIDC Back-Channel Logout 1.0, 2.4.

use jsonwebtoken::signature;
use serde_json::{Map, Value, json};

use super::fault::FaultyToken;
use super::{ServerKeys, SigningKey};

/// How long a logout token is good for, in seconds. Back-Channel Logout 2.4: preferably at most two minutes.
const LIFETIME: i64 = 120;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whom a logout token is for, and whose session it says has ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub user_id: &'a str,
    pub sid: &'a str,
}

/// Makes and signs a logout token. It has no nonce, so that nobody can take it for an ID token.
///
/// # Errors
/// The signature fails.
pub fn logout_token(ended: Ended<'_>, jti: &str, now: i64, keys: &ServerKeys) -> Result<String, signature::Error> {
    let key: &SigningKey = &keys.published;
    let mut header = Map::new();
    header.insert("kid".to_owned(), key.kid().into());
    header.insert("typ".to_owned(), "logout+jwt".into());
    header.insert("alg".to_owned(), "RS256".into());
    let mut payload = Map::new();
    let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
    put("iss", ended.issuer.into());
    put("sub", ended.user_id.into());
    put("aud", ended.client_id.into());
    put("iat", now.into());
    put("exp", (now + LIFETIME).into());
    put("jti", jti.into());
    put("events", json!({ EVENT: {} }));
    put("sid", ended.sid.into());
    // No fault is for this kind of token.
    key.seal(FaultyToken::IdToken, header, payload, &[])
}
