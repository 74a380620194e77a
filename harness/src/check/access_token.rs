//! Access tokens: a format of Okta's own on custom servers, opaque everywhere else (RFC 6749 1.4).

use serde_json::Value;

use super::checks;
use super::signed_token;
use crate::record::Recorder;
use crate::wire::jwt::Jwt;
use crate::wire::keys::KeySet;

checks! {
    READABLE = Must "access-token.readable", "It is a signed token in compact form", ["Okta: access tokens"];
    ALGORITHM = Must "access-token.alg", "It is signed with RS256", ["Okta: access token header"];
    KEY_ID = Must "access-token.kid", "Its header names a published key", ["Okta: validate access tokens"];
    SIGNATURE = Must "access-token.signature", "Its signature verifies with the published key", ["Okta: validate access tokens", "RFC 9068 4"];
    HEADER = Must "access-token.header", "The header has kid and alg and nothing else", ["Okta: access token header"];
    ISSUER = Must "access-token.iss", "Its issuer is the authorization server", ["Okta: access token claims", "RFC 9068 4"];
    AUDIENCE = Must "access-token.aud", "Its audience is the server's, as one string", ["Okta: access token claims", "RFC 9068 4"];
    CLIENT = Must "access-token.cid", "It names the client", ["Okta: access token claims"];
    SCOPES = Must "access-token.scp", "Its scopes are those of the response, as an array", ["Okta: access token claims", "RFC 6749 3.3"];
    EXPIRY = Must "access-token.exp", "It has not expired", ["Okta: validate access tokens", "RFC 9068 4"];
    LIFETIME = Must "access-token.lifetime", "Its lifetime is expires_in", ["RFC 6749 5.1"];
    VERSION = Must "access-token.ver", "ver is the number 1", ["Okta: access token claims"];
    TOKEN_ID = Must "access-token.jti", "jti starts with AT. and ends with the id of the refresh token, if there is one", ["Okta: access token claims", "Okta: recorded traffic"];
    SUBJECT = Must "access-token.sub", "Its subject is the user name, or the client id if there is no user", ["Okta: access token claims"];
    USER_ID = Must "access-token.uid", "uid is the ID token's subject, and missing if there is no user", ["Okta: access token claims"];
    OPAQUE = Must "access-token.opaque", "The org server's token is signed with a key that is not published", ["Okta: org authorization server access tokens"];
    ORG_HEADER = Must "access-token.org-header", "The type of the org server's token is Okta's own", ["Okta: recorded traffic"];
    ORG_AUDIENCE = Must "access-token.org-aud", "The audience of the org server's token is the org", ["Okta: org authorization server"];
}

/// The expected content of an access token.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedAccessToken<'a> {
    pub issuer: &'a str,
    pub audience: Option<&'a str>,
    pub client_id: &'a str,
    pub scope: Option<&'a str>,
    pub expires_in: Option<i64>,
    /// The user name, or nothing when the token is the client's own.
    pub login: Option<&'a str>,
    /// The ID token's subject, where there is one.
    pub user_id: Option<&'a str>,
    pub refresh_token: bool,
    pub now: i64,
}

/// Checks an access token of a custom server. Returns it if it can be parsed.
pub fn custom(recorder: &Recorder, raw: &str, keys: &KeySet, expected: ExpectedAccessToken<'_>) -> Option<Jwt> {
    let token = signed_token::readable(recorder, &READABLE, raw)?;
    ALGORITHM.equals(recorder, "RS256", token.header_text("alg"));
    signed_token::key_id(recorder, &KEY_ID, &token, keys);
    signed_token::signature(recorder, &SIGNATURE, &token, keys);
    signed_token::okta_header(recorder, &HEADER, &token);
    if let Some(audience) = expected.audience {
        AUDIENCE.equals(recorder, audience, token.text("aud"));
    }
    claims(recorder, &token, expected);
    Some(token)
}

/// Checks an access token of the org server, which only Okta reads.
pub fn org(recorder: &Recorder, raw: &str, keys: &KeySet, expected: ExpectedAccessToken<'_>) -> Option<Jwt> {
    let token = signed_token::readable(recorder, &READABLE, raw)?;
    let kid = token.header_text("kid").unwrap_or_default();
    OPAQUE.holds(recorder, keys.find(kid).is_none(), "a key that is not published", kid);
    ORG_HEADER.equals(recorder, "application/okta-internal-at+jwt", token.header_text("typ"));
    ORG_AUDIENCE.equals(recorder, expected.issuer, token.text("aud"));
    claims(recorder, &token, expected);
    Some(token)
}

fn claims(recorder: &Recorder, token: &Jwt, expected: ExpectedAccessToken<'_>) {
    ISSUER.equals(recorder, expected.issuer, token.text("iss"));
    CLIENT.equals(recorder, expected.client_id, token.text("cid"));
    if let Some(scope) = expected.scope {
        let scopes = token.claims.get("scp").and_then(Value::as_array);
        let came: Option<String> =
            scopes.map(|scopes| scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
        SCOPES.equals(recorder, scope, came.as_deref());
    }
    let (exp, iat) = (token.number("exp").unwrap_or_default(), token.number("iat").unwrap_or_default());
    EXPIRY.holds(recorder, exp > expected.now, format!("later than {}", expected.now), exp);
    if let Some(lifetime) = expected.expires_in {
        LIFETIME.holds(recorder, exp - iat == lifetime, format!("{lifetime} s"), format!("{} s", exp - iat));
    }
    signed_token::okta_version(recorder, &VERSION, token);
    token_id(recorder, token, expected.refresh_token);
    match expected.login {
        Some(login) => {
            SUBJECT.equals(recorder, login, token.text("sub"));
            match expected.user_id {
                Some(user_id) => drop(USER_ID.equals(recorder, user_id, token.text("uid"))),
                None => drop(USER_ID.present(recorder, "a user id", token.text("uid"))),
            }
        }
        None => {
            SUBJECT.equals(recorder, expected.client_id, token.text("sub"));
            USER_ID.absent(recorder, "uid", token.text("uid"));
        }
    }
}

fn token_id(recorder: &Recorder, token: &Jwt, refresh_token: bool) {
    let id = token.text("jti").unwrap_or_default();
    let (own, record) = id.split_once('.').map_or(("", id), |(kind, rest)| {
        if kind == "AT" { rest.split_once('.').unwrap_or((rest, "")) } else { ("", rest) }
    });
    let (ok, expected) = if refresh_token {
        (own.len() == 43 && record.starts_with("oar"), "AT. 43 characters .oar…")
    } else {
        (own.len() == 43 && record.is_empty(), "AT. and 43 characters")
    };
    TOKEN_ID.holds(recorder, ok, expected, id);
}
