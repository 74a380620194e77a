//! The ID-JAG: an assertion of the org server about a user, by which an app gets an access token of another authorization server.
//! Okta: "Cross App Access"; draft-ietf-oauth-identity-assertion-authz-grant 3.

use serde_json::{Map, Value};

use super::keys::ServerKeys;
use super::kind::TokenKind;
use super::unsigned::UnsignedToken;
use super::verify::verify;
use crate::model::User;
use crate::protocol::Scopes;

/// The contents of an ID-JAG.
#[derive(Clone, Debug)]
pub struct IdJag<'a> {
    pub issuer: &'a str,
    /// Issuer of the authorization server that it is for.
    pub audience: &'a str,
    pub user: &'a User,
    /// The client id of the app there.
    pub client_id: &'a str,
    pub resource: Option<&'a str>,
    pub scopes: &'a Scopes,
    /// RFC 8693 4.1: the agent that acts for the user.
    pub actor: Option<Value>,
}

impl IdJag<'_> {
    /// `typ` of its header.
    pub const TYPE: &'static str = "oauth-id-jag+jwt";
    /// Okta: five minutes, in seconds.
    pub const LIFETIME: i64 = 300;

    /// The token before it is signed, in Okta's order.
    #[must_use]
    pub fn unsigned(self, jti: &str, now: i64) -> UnsignedToken {
        let mut header = Map::new();
        header.insert("kid".to_owned(), Value::Null);
        header.insert("typ".to_owned(), Self::TYPE.into());
        header.insert("alg".to_owned(), "RS256".into());
        let mut payload = Map::new();
        let mut put = |name: &str, value: Value| _ = payload.insert(name.to_owned(), value);
        put("jti", jti.into());
        put("iss", self.issuer.into());
        put("aud", self.audience.into());
        put("iat", now.into());
        put("exp", (now + Self::LIFETIME).into());
        put("sub", self.user.id.as_str().into());
        put("email", self.user.profile.email.as_str().into());
        if let Some(resource) = self.resource {
            put("resource", resource.into());
        }
        put("client_id", self.client_id.into());
        // Okta: only together with an actor.
        if self.actor.is_some() {
            put("sub_profile", "user".into());
        }
        if !self.scopes.is_empty() {
            put("scope", self.scopes.join().into());
        }
        if let Some(actor) = self.actor {
            put("act", actor);
        }
        UnsignedToken { kind: TokenKind::IdJag, header, payload, recipient: None }
    }
}

/// Whether an ID-JAG is signed with these keys.
#[must_use]
pub fn is_signed_id_jag(token: &str, keys: &ServerKeys) -> bool {
    verify(token, keys, &keys.published).is_some()
}
