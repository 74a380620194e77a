//! The checks of an ID token (OIDC Core 3.1.3.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::shared::{audience, check, equals, expiry, issued_at, json, signature};
use crate::token::Jwt;
use crate::token::check::{Check, CheckResult};
use crate::token::keys::KeySet;

/// Tolerance for `max_age`: the time between signing in and the redirect.
pub(crate) const MAX_AGE_SKEW_SECONDS: i64 = 60;

/// The values to compare an ID token with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdTokenRules<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// `None` after a refresh, where the nonce may be absent (OIDC Core 12.2).
    pub(crate) nonce: Option<&'a str>,
    pub(crate) access_token: Option<&'a str>,
    pub(crate) max_age: Option<i64>,
    /// The subject of the sign-in that is being refreshed.
    pub(crate) subject: Option<&'a str>,
}

/// The checks of an ID token, in the order of OIDC Core 3.1.3.7.
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

fn nonce(jwt: &Jwt, expected: Option<&str>) -> Check {
    let (id, title, citation) = ("nonce", "Nonce of this sign-in", "OIDC Core 3.1.3.7 step 11");
    match expected {
        Some(nonce) => equals(id, title, citation, nonce, jwt.claim_str("nonce")),
        None => check(
            id,
            title,
            "OIDC Core 12.2",
            CheckResult::Skipped,
            "not required after a refresh",
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
            "no max_age was requested",
            json(jwt.payload.get("auth_time")),
        );
    };
    let expected = format!("at most {max_age} s ago (plus {MAX_AGE_SKEW_SECONDS} s for the sign-in itself)");
    match jwt.claim_i64("auth_time") {
        Some(at) => {
            let result = CheckResult::of(now - at <= max_age + MAX_AGE_SKEW_SECONDS);
            check(id, title, citation, result, expected, format!("{at}: {} s ago", now - at))
        }
        None => check(id, title, citation, CheckResult::Failed, expected, "absent"),
    }
}

/// OIDC Core 3.1.3.6: the left half of the access token's hash, Base64url. SHA-256 because the algorithm is RS256.
fn hash_of_access_token(access_token: &str) -> String {
    let digest = Sha256::digest(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

fn at_hash(jwt: &Jwt, access_token: Option<&str>) -> Check {
    let (id, title, citation) = ("at_hash", "Hash of the access token", "OIDC Core 3.1.3.8");
    match (access_token, jwt.payload.get("at_hash")) {
        (Some(token), Some(_)) => equals(id, title, citation, &hash_of_access_token(token), jwt.claim_str("at_hash")),
        // The claim is optional in the code flow (OIDC Core 3.1.3.6).
        (Some(_), None) => check(id, title, citation, CheckResult::Skipped, "optional in the code flow", "absent"),
        (None, claim) => {
            check(id, title, citation, CheckResult::Skipped, "no access token to compare with", json(claim))
        }
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
