//! The checks of an access token (RFC 9068 4, as Okta issues them).

use super::shared::{audience, check, equals, expiry, issued_at, json, or_absent, signature};
use crate::token::Jwt;
use crate::token::check::{Check, CheckResult};
use crate::token::keys::KeySet;

/// Tolerance for `exp` in the API, for clocks that round differently.
pub(crate) const EXPIRY_SKEW_SECONDS: i64 = 2;

/// The values to compare an access token with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessTokenRules<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Client ids that may call; empty allows any client.
    pub(crate) clients: &'a [String],
}

/// The checks of an access token, except for its scopes, which each endpoint compares.
pub(crate) fn access_token(jwt: &Jwt, keys: &KeySet, rules: AccessTokenRules<'_>, now: i64) -> Vec<Check> {
    let mut checks = signature(jwt, keys, "RFC 9068 4; RFC 7515 5.2").to_vec();
    checks.push(equals(
        "iss",
        "Issuer",
        "RFC 9068 4; Okta: validate access tokens",
        rules.issuer,
        jwt.claim_str("iss"),
    ));
    checks.push(audience(jwt, rules.audience, "RFC 9068 4; Okta: validate access tokens"));
    checks.push(expiry(jwt, now, EXPIRY_SKEW_SECONDS, "RFC 9068 4; RFC 7519 4.1.4"));
    checks.push(issued_at(jwt, now, "RFC 7519 4.1.6"));
    checks.push(client(jwt, rules.clients));
    checks.push(scopes_present(jwt));
    checks
}

fn client(jwt: &Jwt, clients: &[String]) -> Check {
    let (id, title, citation) = ("cid", "Client", "Okta: validate access tokens");
    let actual = jwt.claim_str("cid");
    let allowed = actual.is_some_and(|cid| clients.is_empty() || clients.iter().any(|client| client == cid));
    let expected =
        if clients.is_empty() { "any client id".to_owned() } else { format!("one of: {}", clients.join(", ")) };
    check(id, title, citation, CheckResult::of(allowed), expected, or_absent(actual))
}

fn scopes_present(jwt: &Jwt) -> Check {
    let scopes = jwt.scopes();
    let result = CheckResult::of(scopes.is_some());
    check(
        "scp",
        "Scopes present",
        "Okta: access token claims",
        result,
        "an array of scope names",
        json(jwt.payload.get("scp")),
    )
}
