//! Introspection (RFC 7662) and revocation (RFC 7009).

use serde_json::Value;

use super::checks;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::introspection::Introspection;

checks! {
    STATUS = Must "introspection.status", "Introspection answers 200, whatever the token", ["RFC 7662 2.2"];
    ACTIVE = Must "introspection.active", "A good token is active", ["RFC 7662 2.2"];
    INACTIVE = Must "introspection.inactive", "A token that is not good is inactive", ["RFC 7662 2.2", "RFC 7662 4"];
    NOTHING_ELSE = Must "introspection.nothing-else", "Of an inactive token nothing else is told", ["RFC 7662 2.2"];
    MEMBERS = Must "introspection.members", "The answer has the members that Okta documents", ["Okta: /introspect, response properties"];
    SCOPE = Must "introspection.scope", "The scope is one string", ["RFC 7662 2.2"];
    CLIENT = Must "introspection.client", "It names the client that the token was issued to", ["RFC 7662 2.2"];
    USERNAME = Must "introspection.username", "It names the user", ["RFC 7662 2.2", "Okta: /introspect, response properties"];
    TYPE = Must "introspection.type", "The token type is Bearer", ["RFC 7662 2.2"];
    REVOKED = Must "revocation.status", "Revocation answers 200, known token or not", ["RFC 7009 2.2"];
    EMPTY = Should "revocation.empty", "The answer is empty", ["RFC 7009 2.2", "Okta: /revoke"];
    REVOKED_INACTIVE = Must "revocation.effect", "A revoked token is inactive", ["RFC 7009 2.1"];
    CASCADE = Must "revocation.cascade", "Revoking a refresh token ends its access tokens", ["RFC 7009 2.1", "Okta: revoke tokens"];
    NO_CASCADE = Must "revocation.no-cascade", "Revoking an access token leaves the refresh token alive", ["RFC 7009 2.1", "Okta: revoke tokens"];
}

/// What an active token's introspection should say.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIntrospection<'a> {
    pub client_id: &'a str,
    pub scope: Option<&'a str>,
    pub username: Option<&'a str>,
    /// The members that must be there.
    pub members: &'a [&'a str],
}

/// The members that Okta documents for an active access token.
pub const ACCESS_TOKEN_MEMBERS: &[&str] =
    &["token_type", "scope", "client_id", "username", "exp", "iat", "sub", "aud", "iss", "jti", "uid"];

/// The members that Okta documents for an active refresh token.
pub const REFRESH_TOKEN_MEMBERS: &[&str] = &["token_type", "scope", "client_id", "username", "exp", "sub"];

/// Judges the introspection of a good token.
pub fn active(recorder: &Recorder, reply: &Reply, expected: ExpectedIntrospection<'_>) -> Option<Introspection> {
    let answer = read(recorder, reply)?;
    ACTIVE.holds(recorder, answer.active, "active", if answer.active { "active" } else { "inactive" });
    if !answer.active {
        return None;
    }
    CLIENT.equals(recorder, expected.client_id, answer.text("client_id"));
    if let Some(scope) = expected.scope {
        SCOPE.equals(recorder, scope, answer.text("scope"));
    }
    if let Some(username) = expected.username {
        USERNAME.equals(recorder, username, answer.text("username"));
    }
    if !expected.members.is_empty() {
        TYPE.equals(recorder, "Bearer", answer.text("token_type"));
        let missing: Vec<&&str> = expected.members.iter().filter(|name| !answer.rest.contains_key(**name)).collect();
        let names = answer.rest.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        MEMBERS.holds(recorder, missing.is_empty(), expected.members.join(" "), names);
    }
    Some(answer)
}

/// Judges the introspection of a token that must not be good, under the check that says why.
pub fn inactive(recorder: &Recorder, check: &super::Check, reply: &Reply) {
    let Some(answer) = read(recorder, reply) else { return };
    check.holds(recorder, !answer.active, "inactive", if answer.active { "active" } else { "inactive" });
    let told = answer.rest.iter().find(|(_, value)| **value != Value::Null).map(|(name, _)| name.as_str());
    if !answer.active {
        NOTHING_ELSE.absent(recorder, "other member", told);
    }
}

/// Judges the answer to a revocation.
pub fn revoked(recorder: &Recorder, reply: &Reply) {
    REVOKED.holds(recorder, reply.status == 200, "200", summary(reply));
    EMPTY.holds(recorder, reply.body.is_empty(), "empty body", format!("{} bytes", reply.body.len()));
}

fn read(recorder: &Recorder, reply: &Reply) -> Option<Introspection> {
    let answer = serde_json::from_str(&reply.body).ok().filter(|_| reply.status == 200);
    STATUS.holds(recorder, answer.is_some(), "200 with an introspection response", summary(reply));
    answer
}
