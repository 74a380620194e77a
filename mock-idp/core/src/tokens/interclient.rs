//! The interclient token: an app gets it for its user and passes it on to another app, which signs the user in with it at the same
//! server. Okta: "Configure Native to Web SSO".

use serde_json::{Map, Value};

use super::id_jag::IdJag;
use super::keys::ServerKeys;
use super::kind::TokenKind;
use super::unsigned::UnsignedToken;
use super::verify::{Verified, verify};
use crate::model::{App, User};

/// The contents of an interclient token. Clients do not read its claims; Okta names four that it checks.
#[derive(Clone, Copy, Debug)]
pub struct InterclientToken<'a> {
    /// The server that issues it, and that it is presented to.
    pub issuer: &'a str,
    pub user: &'a User,
    /// The app that signs the user in with it.
    pub target: &'a App,
}

/// The prefix of the `jti` of interclient tokens.
const PREFIX: &str = "ICT.";

impl InterclientToken<'_> {
    /// Okta: five minutes, in seconds.
    pub const LIFETIME: i64 = IdJag::LIFETIME;

    /// The `jti` of a new one.
    #[must_use]
    pub fn jti(random: &str) -> String {
        format!("{PREFIX}{random}")
    }

    /// The token before it is signed.
    #[must_use]
    pub fn unsigned(self, jti: &str, now: i64) -> UnsignedToken {
        let mut header = Map::new();
        header.insert("kid".to_owned(), Value::Null);
        header.insert("alg".to_owned(), "RS256".into());
        let mut payload = Map::new();
        let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
        put("jti", jti.into());
        put("iss", self.issuer.into());
        put("aud", self.issuer.into());
        put("iat", now.into());
        put("exp", (now + Self::LIFETIME).into());
        put("sub", self.user.id.as_str().into());
        put("tid", self.target.id.as_str().into());
        UnsignedToken { kind: TokenKind::InterclientToken, header, payload, recipient: None }
    }
}

/// The claims of an interclient token of this server.
#[must_use]
pub fn verify_interclient_token(token: &str, keys: &ServerKeys) -> Option<Verified> {
    verify(token, keys, &keys.published).filter(|claims| claims.text("jti").is_some_and(|jti| jti.starts_with(PREFIX)))
}
