//! The logout token. OIDC Back-Channel Logout 1.0, 2.4.

use serde_json::{Map, Value, json};

use super::kind::TokenKind;
use super::unsigned::UnsignedToken;

/// Seconds. Back-Channel Logout 2.4: preferably at most two minutes.
const LIFETIME: i64 = 120;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The contents of a logout token: whom it is for, and whose session has ended.
#[derive(Clone, Copy, Debug)]
pub struct LogoutToken<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub user_id: &'a str,
    pub sid: &'a str,
}

impl LogoutToken<'_> {
    /// The token before it is signed. It has no nonce, so that it cannot be used as an ID token.
    #[must_use]
    pub fn unsigned(self, jti: &str, now: i64) -> UnsignedToken {
        let mut header = Map::new();
        header.insert("kid".to_owned(), Value::Null);
        header.insert("typ".to_owned(), "logout+jwt".into());
        header.insert("alg".to_owned(), "RS256".into());
        let mut payload = Map::new();
        let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
        put("iss", self.issuer.into());
        put("sub", self.user_id.into());
        put("aud", self.client_id.into());
        put("iat", now.into());
        put("exp", (now + LIFETIME).into());
        put("jti", jti.into());
        put("events", json!({ EVENT: {} }));
        put("sid", self.sid.into());
        UnsignedToken { kind: TokenKind::LogoutToken, header, payload, recipient: None }
    }
}
