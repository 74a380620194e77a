//! The interclient token: an authorization server tells itself, by way of two apps, who has signed in to the first and is to be
//! signed in to the second. Okta: "Configure Native to Web SSO".

use serde_json::{Map, Value};

use super::issue::Draft;
use super::verify::{Verified, verify};
use super::{IdJag, ServerKeys};
use crate::model::{App, User};

/// What an interclient token says. Its claims are no client's to read; Okta names four that it checks.
#[derive(Clone, Copy, Debug)]
pub struct InterclientToken<'a> {
    /// The server that issues it and that it comes back to.
    pub issuer: &'a str,
    pub user: &'a User,
    /// The app that signs the user in by it.
    pub target: &'a App,
}

/// How its `jti` begins.
const PREFIX: &str = "ICT.";

impl InterclientToken<'_> {
    /// Okta: five minutes, in seconds.
    pub const LIFETIME: i64 = IdJag::LIFETIME;

    /// What a new one is called.
    #[must_use]
    pub fn jti(random: &str) -> String {
        format!("{PREFIX}{random}")
    }

    /// The token before it is signed.
    #[must_use]
    pub fn draft(self, jti: &str, now: i64) -> Draft {
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
        Draft { header, payload, recipient: None }
    }
}

/// The claims of an interclient token of this server.
#[must_use]
pub fn verify_interclient_token(token: &str, keys: &ServerKeys) -> Option<Verified> {
    verify(token, keys, &keys.published).filter(|claims| claims.text("jti").is_some_and(|jti| jti.starts_with(PREFIX)))
}
