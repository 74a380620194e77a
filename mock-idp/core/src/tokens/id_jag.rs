//! The ID-JAG: an org server tells another authorization server who has signed in, and for whom an app asks. Okta: "Cross App
//! Access"; draft-ietf-oauth-identity-assertion-authz-grant 3.

use serde_json::{Map, Value};

use super::ServerKeys;
use super::issue::Draft;
use super::verify::verify;
use crate::model::User;
use crate::protocol::{ErrorId, OAuthError, Scopes};

/// What an ID-JAG says.
#[derive(Clone, Debug)]
pub struct IdJag<'a> {
    pub issuer: &'a str,
    /// Issuer of the authorization server that it is for.
    pub audience: &'a str,
    pub user: &'a User,
    /// What the app that asks is called there.
    pub client_id: &'a str,
    pub resource: Option<&'a str>,
    pub scopes: &'a Scopes,
    /// RFC 8693 4.1: the agent that acts for the user.
    pub act: Option<Value>,
}

impl IdJag<'_> {
    /// `typ` of its header.
    pub const TYPE: &'static str = "oauth-id-jag+jwt";
    /// Okta: five minutes, in seconds.
    pub const LIFETIME: i64 = 300;

    /// The token before it is signed, in Okta's order.
    #[must_use]
    pub fn draft(self, jti: &str, now: i64) -> Draft {
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
        // Okta: the kinds of subject and actor are told together.
        if self.act.is_some() {
            put("sub_profile", "user".into());
        }
        if !self.scopes.is_empty() {
            put("scope", self.scopes.join().into());
        }
        if let Some(act) = self.act {
            put("act", act);
        }
        // For another server to read, which has no key here.
        Draft { header, payload, recipient: None }
    }
}

/// Signs an ID-JAG. Okta: by the org server's published key.
///
/// # Errors
/// A signature that fails.
pub fn sign_id_jag(draft: Draft, keys: &ServerKeys) -> Result<String, OAuthError> {
    draft.sign(keys).map_err(|reason| OAuthError::new(ErrorId::IdJagNotGenerated, reason))
}

/// Whether an ID-JAG is signed with these keys.
#[must_use]
pub fn is_signed_id_jag(token: &str, keys: &ServerKeys) -> bool {
    verify(token, keys, &keys.published).is_some()
}
