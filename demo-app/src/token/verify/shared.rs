//! The checks that ID tokens and access tokens have in common.

use jsonwebtoken::Algorithm;
use serde_json::Value;

use crate::token::Jwt;
use crate::token::check::{Check, CheckResult};
use crate::token::keys::KeySet;

/// Tolerance for `iat`, because the issuer's clock may be ahead.
pub(crate) const ISSUED_AHEAD_SECONDS: i64 = 60;

/// Algorithm, key and signature.
pub(super) fn signature(jwt: &Jwt, keys: &KeySet, citation: &'static str) -> [Check; 3] {
    let algorithm = jwt.header_str("alg");
    let kid = jwt.header_str("kid");
    // RFC 8725 3.1: the verifier decides on the algorithm, which rules out `none` and HMAC with the public key.
    // Okta signs with RS256 only.
    let allowed = algorithm == Some("RS256");
    let known = kid.is_some_and(|kid| keys.contains(kid));
    let valid =
        allowed && kid.is_some_and(|kid| keys.verifies(kid, Algorithm::RS256, &jwt.signing_input(), &jwt.parts[2]));
    [
        check("alg", "Algorithm allowed", citation, CheckResult::of(allowed), "RS256", or_absent(algorithm)),
        check(
            "kid",
            "Signing key known",
            "OIDC Core 10.1",
            CheckResult::of(known),
            format!("one of: {}", list(&keys.kids())),
            or_absent(kid),
        ),
        match (allowed, known) {
            (true, true) => check(
                "signature",
                "Signature",
                citation,
                CheckResult::of(valid),
                "valid for header and payload under that key",
                if valid { "valid" } else { "not valid: the token was altered, or signed with another key" },
            ),
            _ => check(
                "signature",
                "Signature",
                citation,
                CheckResult::Failed,
                "valid under a known key with an allowed algorithm",
                "cannot be verified",
            ),
        },
    ]
}

pub(super) fn equals(
    id: &'static str,
    title: &'static str,
    citation: &'static str,
    expected: &str,
    actual: Option<&str>,
) -> Check {
    check(id, title, citation, CheckResult::of(actual == Some(expected)), expected, or_absent(actual))
}

/// `aud` may be a string or an array (RFC 7519 4.1.3).
pub(super) fn audience(jwt: &Jwt, expected: &str, citation: &'static str) -> Check {
    let claim = jwt.payload.get("aud");
    let contains = match claim {
        Some(Value::String(one)) => one == expected,
        Some(Value::Array(many)) => many.iter().any(|it| it == expected),
        _ => false,
    };
    check("aud", "Audience", citation, CheckResult::of(contains), expected, json(claim))
}

pub(super) fn expiry(jwt: &Jwt, now: i64, skew: i64, citation: &'static str) -> Check {
    let expected =
        format!("later than now, {now}{}", if skew == 0 { String::new() } else { format!(" (minus {skew} s)") });
    match jwt.claim_i64("exp") {
        Some(exp) => {
            let left = exp - now;
            let found = if left > 0 { format!("{exp}: {left} s from now") } else { format!("{exp}: {} s ago", -left) };
            check("exp", "Not expired", citation, CheckResult::of(exp > now - skew), expected, found)
        }
        None => check("exp", "Not expired", citation, CheckResult::Failed, expected, json(jwt.payload.get("exp"))),
    }
}

pub(super) fn issued_at(jwt: &Jwt, now: i64, citation: &'static str) -> Check {
    let expected = format!("not after now, {now} (plus {ISSUED_AHEAD_SECONDS} s for differing clocks)");
    match jwt.claim_i64("iat") {
        Some(iat) => {
            let result = CheckResult::of(iat <= now + ISSUED_AHEAD_SECONDS);
            let ago = now - iat;
            let found = if ago >= 0 { format!("{iat}: {ago} s ago") } else { format!("{iat}: {} s ahead", -ago) };
            check("iat", "Issued in the past", citation, result, expected, found)
        }
        None => {
            check("iat", "Issued in the past", citation, CheckResult::Failed, expected, json(jwt.payload.get("iat")))
        }
    }
}

pub(super) fn check(
    id: &'static str,
    title: &'static str,
    citation: &'static str,
    result: CheckResult,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Check {
    Check {
        id: id.into(),
        title: title.into(),
        result,
        expected: expected.into(),
        actual: actual.into(),
        citation: citation.into(),
    }
}

pub(super) fn or_absent(value: Option<&str>) -> String {
    value.unwrap_or("absent").to_owned()
}

pub(super) fn json(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub(super) fn list(names: &[&str]) -> String {
    if names.is_empty() { "(the issuer publishes no keys)".to_owned() } else { names.join(", ") }
}
