//! The checks that an ID token (OIDC Core 3.1.3.7) and an access token (RFC 9068 4, as Okta issues them) must pass.
//!
//! Pure: token, keys, expectations and time go in, a checklist comes out. Every check runs even after one has
//! failed, so that the page shows all that is wrong at once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Jwt;
use super::check::{Check, CheckResult};
use super::keys::KeySet;

/// How far two well-kept clocks may be apart: a token issued up to this many seconds "in the future" is accepted.
pub(crate) const ISSUED_AHEAD_SECONDS: i64 = 60;

/// Tolerance for `exp` in the API: enough for rounding between two machines, not enough to stretch a lifetime.
pub(crate) const EXPIRY_SKEW_SECONDS: i64 = 2;

/// Tolerance on `max_age`, for the time that the sign-in page and the redirect took.
pub(crate) const MAX_AGE_SKEW_SECONDS: i64 = 60;

/// What the app expects of an ID token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdTokenRules<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// `None` after a refresh: OIDC Core 12.2 lets the nonce be absent there.
    pub(crate) nonce: Option<&'a str>,
    pub(crate) access_token: Option<&'a str>,
    pub(crate) max_age: Option<i64>,
    /// The subject of the sign-in that is being refreshed.
    pub(crate) subject: Option<&'a str>,
}

/// What the API expects of an access token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessTokenRules<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Client ids that may call; empty means any client that the issuer names.
    pub(crate) clients: &'a [String],
}

/// The checklist of an ID token, in the order of OIDC Core 3.1.3.7.
pub(crate) fn id_token(jwt: &Jwt, keys: &KeySet, rules: IdTokenRules<'_>, now: i64) -> Vec<Check> {
    let mut checks = vec![
        // OIDC Core 3.1.3.7 step 1 (decryption) is skipped: the client registers no encryption.
        equals("iss", "Issuer", "OIDC Core 3.1.3.7 step 2", rules.issuer, jwt.claim_str("iss")),
        audience(jwt, rules.client_id, "OIDC Core 3.1.3.7 step 3"),
        authorized_party(jwt, rules.client_id),
    ];
    checks.extend(signature(jwt, keys, "OIDC Core 3.1.3.7 steps 6 to 8"));
    checks.push(expiry(jwt, now, 0, "OIDC Core 3.1.3.7 step 9"));
    checks.push(issued_at(jwt, now, "OIDC Core 3.1.3.7 step 10"));
    checks.push(nonce(jwt, rules.nonce));
    checks.push(auth_time(jwt, rules.max_age, now));
    checks.push(at_hash(jwt, rules.access_token));
    checks.push(subject(jwt, rules.subject));
    checks
}

/// The checklist of an access token. Whether its scopes suffice is another question, asked per endpoint.
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

/// Algorithm, key and signature.
fn signature(jwt: &Jwt, keys: &KeySet, citation: &'static str) -> [Check; 3] {
    let algorithm = jwt.header_str("alg");
    let kid = jwt.header_str("kid");
    // Okta signs with RS256 only. A list kept by the verifier, never the token's own word, decides: this is what
    // keeps `none` and HMAC-with-the-public-key out (RFC 8725 3.1).
    let allowed = algorithm == Some("RS256");
    let known = kid.is_some_and(|kid| keys.contains(kid));
    let right =
        allowed && kid.is_some_and(|kid| keys.verifies(kid, Algorithm::RS256, &jwt.signing_input(), &jwt.parts[2]));
    [
        check("alg", "Algorithm allowed", citation, CheckResult::of(allowed), "RS256", shown(algorithm)),
        check(
            "kid",
            "Signing key known",
            "OIDC Core 10.1",
            CheckResult::of(known),
            format!("one of: {}", list(&keys.kids())),
            shown(kid),
        ),
        match (allowed, known) {
            (true, true) => check(
                "signature",
                "Signature",
                citation,
                CheckResult::of(right),
                "made with that key over header and payload",
                if right { "it is" } else { "it is not: the token was altered, or signed with another key" },
            ),
            _ => check(
                "signature",
                "Signature",
                citation,
                CheckResult::Failed,
                "made with a known key and an allowed algorithm",
                "cannot be verified",
            ),
        },
    ]
}

fn equals(
    id: &'static str,
    title: &'static str,
    citation: &'static str,
    expected: &str,
    actual: Option<&str>,
) -> Check {
    check(id, title, citation, CheckResult::of(actual == Some(expected)), expected, shown(actual))
}

/// `aud` may be a string or an array (RFC 7519 4.1.3).
fn audience(jwt: &Jwt, expected: &str, citation: &'static str) -> Check {
    let claim = jwt.payload.get("aud");
    let contains = match claim {
        Some(Value::String(one)) => one == expected,
        Some(Value::Array(many)) => many.iter().any(|it| it == expected),
        _ => false,
    };
    check("aud", "Audience", citation, CheckResult::of(contains), expected, json(claim))
}

fn authorized_party(jwt: &Jwt, client_id: &str) -> Check {
    let citation = "OIDC Core 3.1.3.7 steps 4 and 5";
    let several = jwt.payload.get("aud").and_then(Value::as_array).is_some_and(|many| many.len() > 1);
    match jwt.payload.get("azp") {
        None if several => check(
            "azp",
            "Authorized party",
            citation,
            CheckResult::Failed,
            client_id,
            "absent, though there are several audiences",
        ),
        None => {
            check("azp", "Authorized party", citation, CheckResult::Skipped, client_id, "absent: there is one audience")
        }
        azp => check(
            "azp",
            "Authorized party",
            citation,
            CheckResult::of(azp == Some(&Value::from(client_id))),
            client_id,
            json(azp),
        ),
    }
}

fn expiry(jwt: &Jwt, now: i64, skew: i64, citation: &'static str) -> Check {
    let expected =
        format!("later than now, {now}{}", if skew == 0 { String::new() } else { format!(" (less {skew} s)") });
    match jwt.claim_i64("exp") {
        Some(exp) => {
            let left = exp - now;
            let distance =
                if left > 0 { format!("{exp}: {left} s from now") } else { format!("{exp}: {} s ago", -left) };
            check("exp", "Not expired", citation, CheckResult::of(exp > now - skew), expected, distance)
        }
        None => check("exp", "Not expired", citation, CheckResult::Failed, expected, json(jwt.payload.get("exp"))),
    }
}

fn issued_at(jwt: &Jwt, now: i64, citation: &'static str) -> Check {
    let expected = format!("not after now, {now} (plus {ISSUED_AHEAD_SECONDS} s for clocks that differ)");
    match jwt.claim_i64("iat") {
        Some(iat) => {
            let verdict = CheckResult::of(iat <= now + ISSUED_AHEAD_SECONDS);
            let ago = now - iat;
            let distance = if ago >= 0 { format!("{iat}: {ago} s ago") } else { format!("{iat}: {} s ahead", -ago) };
            check("iat", "Issued in the past", citation, verdict, expected, distance)
        }
        None => {
            check("iat", "Issued in the past", citation, CheckResult::Failed, expected, json(jwt.payload.get("iat")))
        }
    }
}

fn nonce(jwt: &Jwt, expected: Option<&str>) -> Check {
    let (id, title, citation) = ("nonce", "Nonce of this sign-in", "OIDC Core 3.1.3.7 step 11");
    match expected {
        Some(nonce) => equals(id, title, citation, nonce, jwt.claim_str("nonce")),
        None => check(
            id,
            title,
            "OIDC Core 12.2",
            CheckResult::Skipped,
            "none needed after a refresh",
            json(jwt.payload.get("nonce")),
        ),
    }
}

fn auth_time(jwt: &Jwt, max_age: Option<i64>, now: i64) -> Check {
    let (id, title, citation) = ("auth_time", "Signed in recently enough", "OIDC Core 3.1.3.7 step 13");
    let Some(max_age) = max_age else {
        return check(
            id,
            title,
            citation,
            CheckResult::Skipped,
            "no max_age was asked for",
            json(jwt.payload.get("auth_time")),
        );
    };
    let expected = format!("at most {max_age} s ago (plus {MAX_AGE_SKEW_SECONDS} s for the way)");
    match jwt.claim_i64("auth_time") {
        Some(at) => {
            let verdict = CheckResult::of(now - at <= max_age + MAX_AGE_SKEW_SECONDS);
            check(id, title, citation, verdict, expected, format!("{at}: {} s ago", now - at))
        }
        None => check(id, title, citation, CheckResult::Failed, expected, "absent"),
    }
}

/// OIDC Core 3.1.3.6: the left half of the access token's hash, Base64url. SHA-256 because the algorithm is RS256.
pub(crate) fn hash_of_access_token(access_token: &str) -> String {
    let digest = Sha256::digest(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

fn at_hash(jwt: &Jwt, access_token: Option<&str>) -> Check {
    let (id, title, citation) = ("at_hash", "Belongs to this access token", "OIDC Core 3.1.3.8");
    match (access_token, jwt.payload.get("at_hash")) {
        (Some(token), Some(_)) => equals(id, title, citation, &hash_of_access_token(token), jwt.claim_str("at_hash")),
        // The claim is optional in the code flow (OIDC Core 3.1.3.6).
        (Some(_), None) => check(id, title, citation, CheckResult::Skipped, "optional in the code flow", "absent"),
        (None, claim) => check(id, title, citation, CheckResult::Skipped, "no access token came along", json(claim)),
    }
}

fn subject(jwt: &Jwt, expected: Option<&str>) -> Check {
    let actual = jwt.claim_str("sub");
    match expected {
        Some(subject) => equals("sub", "Same subject as before", "OIDC Core 12.2", subject, actual),
        None => {
            let present = actual.is_some_and(|sub| !sub.is_empty());
            check(
                "sub",
                "Subject present",
                "OIDC Core 2",
                CheckResult::of(present),
                "an identifier of the user",
                json(jwt.payload.get("sub")),
            )
        }
    }
}

fn client(jwt: &Jwt, clients: &[String]) -> Check {
    let (id, title, citation) = ("cid", "Client", "Okta: validate access tokens");
    let actual = jwt.claim_str("cid");
    let allowed = actual.is_some_and(|cid| clients.is_empty() || clients.iter().any(|client| client == cid));
    let expected =
        if clients.is_empty() { "any client, named".to_owned() } else { format!("one of: {}", clients.join(", ")) };
    check(id, title, citation, CheckResult::of(allowed), expected, shown(actual))
}

fn scopes_present(jwt: &Jwt) -> Check {
    let scopes = jwt.scopes();
    let verdict = CheckResult::of(scopes.is_some());
    check(
        "scp",
        "Scopes present",
        "Okta: access token claims",
        verdict,
        "an array of scope names",
        json(jwt.payload.get("scp")),
    )
}

fn check(
    id: &'static str,
    title: &'static str,
    citation: &'static str,
    verdict: CheckResult,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Check {
    Check {
        id: id.into(),
        title: title.into(),
        verdict,
        expected: expected.into(),
        actual: actual.into(),
        citation: citation.into(),
    }
}

fn shown(value: Option<&str>) -> String {
    value.unwrap_or("absent").to_owned()
}

fn json(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "(the issuer publishes no key)".to_owned() } else { names.join(", ") }
}
