//! Introspection (RFC 7662) and revocation (RFC 7009).

use serde_json::Value;

use super::{checks, error_text};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::introspection::Introspection;

checks! {
    STATUS = Must "introspection.status", "Introspection returns 200 for every token", ["RFC 7662 2.2"];
    NO_ERROR = Must "introspection.no-error", "A successful response has neither error nor error_description", ["RFC 7662 2.2", "RFC 7662 2.3"];
    ACTIVE = Must "introspection.active", "A valid token is active", ["RFC 7662 2.2"];
    INACTIVE = Must "introspection.inactive", "An invalid token is inactive", ["RFC 7662 2.2", "RFC 7662 4"];
    NOTHING_ELSE = Must "introspection.nothing-else", "For an inactive token nothing else is returned", ["RFC 7662 2.2"];
    MEMBERS = Must "introspection.members", "The response has the members that Okta documents", ["Okta: /introspect, response properties"];
    SCOPE = Must "introspection.scope", "The scope is one string", ["RFC 7662 2.2"];
    CLIENT = Must "introspection.client", "It names the client of the token", ["RFC 7662 2.2"];
    USERNAME = Must "introspection.username", "It names the user", ["RFC 7662 2.2", "Okta: /introspect, response properties"];
    TYPE = Must "introspection.type", "The token type is Bearer", ["RFC 7662 2.2"];
    REVOKED = Must "revocation.status", "Revocation returns 200 for known and unknown tokens", ["RFC 7009 2.2"];
    EMPTY = Should "revocation.empty", "The response is empty", ["RFC 7009 2.2", "Okta: /revoke"];
    REVOKED_INACTIVE = Must "revocation.effect", "A revoked token is inactive", ["RFC 7009 2.1"];
    CASCADE = Must "revocation.cascade", "Revoking a refresh token revokes its access tokens", ["RFC 7009 2.1", "Okta: revoke tokens"];
    NO_CASCADE = Must "revocation.no-cascade", "Revoking an access token does not revoke the refresh token", ["RFC 7009 2.1", "Okta: revoke tokens"];
}

/// The expected introspection of an active token.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIntrospection<'a> {
    pub client_id: &'a str,
    pub scope: Option<&'a str>,
    pub username: Option<&'a str>,
    /// The required members.
    pub members: &'a [&'a str],
}

/// The members that Okta documents for an active access token.
pub const ACCESS_TOKEN_MEMBERS: &[&str] =
    &["token_type", "scope", "client_id", "username", "exp", "iat", "sub", "aud", "iss", "jti", "uid"];

/// The members that Okta documents for an active refresh token.
pub const REFRESH_TOKEN_MEMBERS: &[&str] = &["token_type", "scope", "client_id", "username", "exp", "sub"];

/// Checks the introspection of a valid token.
pub fn active(recorder: &Recorder, reply: &Reply, expected: ExpectedIntrospection<'_>) -> Option<Introspection> {
    let introspection = read(recorder, reply)?;
    ACTIVE.holds(recorder, introspection.active, "active", if introspection.active { "active" } else { "inactive" });
    if !introspection.active {
        return None;
    }
    CLIENT.equals(recorder, expected.client_id, introspection.text("client_id"));
    if let Some(scope) = expected.scope {
        SCOPE.equals(recorder, scope, introspection.text("scope"));
    }
    if let Some(username) = expected.username {
        USERNAME.equals(recorder, username, introspection.text("username"));
    }
    if !expected.members.is_empty() {
        TYPE.equals(recorder, "Bearer", introspection.text("token_type"));
        let missing: Vec<&&str> =
            expected.members.iter().filter(|name| !introspection.rest.contains_key(**name)).collect();
        let names = introspection.rest.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        MEMBERS.holds(recorder, missing.is_empty(), expected.members.join(" "), names);
    }
    Some(introspection)
}

/// Checks that a token is inactive, with the given check.
pub fn inactive(recorder: &Recorder, check: &super::Check, reply: &Reply) {
    let Some(introspection) = read(recorder, reply) else { return };
    check.holds(recorder, !introspection.active, "inactive", if introspection.active { "active" } else { "inactive" });
    let other = introspection.rest.iter().find(|(_, value)| **value != Value::Null).map(|(name, _)| name.as_str());
    if !introspection.active {
        NOTHING_ELSE.absent(recorder, "other member", other);
    }
}

/// Checks the response to a revocation.
pub fn revoked(recorder: &Recorder, reply: &Reply) {
    REVOKED.holds(recorder, reply.status == 200, "200", summary(reply));
    EMPTY.holds(recorder, reply.body.is_empty(), "empty body", format!("{} bytes", reply.body.len()));
}

fn read(recorder: &Recorder, reply: &Reply) -> Option<Introspection> {
    let introspection = serde_json::from_str(&reply.body).ok().filter(|_| reply.status == 200);
    STATUS.holds(recorder, introspection.is_some(), "200 with an introspection response", summary(reply));
    if introspection.is_some() {
        error_text::no_error(recorder, &NO_ERROR, reply);
    }
    introspection
}
