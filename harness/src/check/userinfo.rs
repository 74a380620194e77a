//! Userinfo (OIDC Core 5.3) and how a protected resource refuses (RFC 6750 3).

use serde_json::{Map, Value};

use super::checks;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;

checks! {
    STATUS = Must "userinfo.status", "Userinfo answers 200", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-get"];
    JSON = Must "userinfo.json", "The answer is a JSON object", ["OIDC Core 5.3.2"];
    SUBJECT = Must "userinfo.sub", "The subject is the ID token's", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-get"];
    CLAIMS = Should "userinfo.claims", "All claims of the scopes that the user has are there", ["OIDC Core 5.4", "OIDF oidcc-scope-profile", "OIDF oidcc-scope-email"];
    TYPES = Must "userinfo.types", "Claims have the types that the specification gives them", ["OIDC Core 5.1"];
    REFUSED = Must "bearer.status", "The request is refused with the right status", ["RFC 6750 3.1", "OIDC Core 5.3.3"];
    CHALLENGE = Must "bearer.challenge", "The refusal carries a Bearer challenge", ["RFC 6750 3"];
    ERROR = Must "bearer.error", "The challenge names the right error", ["RFC 6750 3.1"];
    NO_ERROR = Should "bearer.no-error", "Without a token the challenge names no error", ["RFC 6750 3.1"];
}

/// Judges the claims about the user.
pub fn success(
    recorder: &Recorder,
    reply: &Reply,
    subject: Option<&str>,
    claims: &[&str],
) -> Option<Map<String, Value>> {
    if !STATUS.holds(recorder, reply.status == 200, "200", summary(reply)) {
        return None;
    }
    let body: Option<Map<String, Value>> = serde_json::from_str(&reply.body).ok();
    let json = body.is_some() && reply.content_type().starts_with("application/json");
    JSON.holds(recorder, json, "a JSON object", reply.content_type());
    let body = body?;
    if let Some(subject) = subject {
        SUBJECT.equals(recorder, subject, body.get("sub").and_then(Value::as_str));
    }
    if !claims.is_empty() {
        let all = claims.iter().all(|claim| body.contains_key(*claim));
        let names = body.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        CLAIMS.holds(recorder, all, claims.join(" "), names);
    }
    types(recorder, &body);
    Some(body)
}

/// Judges a refusal of a protected resource. Without `error` none must be named.
pub fn refusal(recorder: &Recorder, reply: &Reply, status: u16, error: Option<&str>) {
    REFUSED.holds(recorder, reply.status == status, status, summary(reply));
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    CHALLENGE.holds(recorder, challenge.starts_with("Bearer"), "WWW-Authenticate: Bearer …", challenge);
    match error {
        Some(error) => {
            let named = challenge.contains(&format!("error=\"{error}\""));
            ERROR.holds(recorder, named, format!("error=\"{error}\""), challenge);
        }
        None => drop(NO_ERROR.holds(recorder, !challenge.contains("error="), "no error", challenge)),
    }
}

fn types(recorder: &Recorder, body: &Map<String, Value>) {
    let wrong = wrong_type(body);
    let actual = wrong.map_or("all right".to_owned(), |(name, value)| format!("{name} is {value}"));
    TYPES.holds(recorder, wrong.is_none(), "strings not empty, booleans, seconds, objects", actual);
}

/// OIDC Core 5.1: the first standard claim whose value is not of the type that it must have.
pub(super) fn wrong_type(claims: &Map<String, Value>) -> Option<(&String, &Value)> {
    claims.iter().find(|(name, value)| match name.as_str() {
        "email_verified" | "phone_number_verified" => !value.is_boolean(),
        // OIDC Core 5.1: seconds, so between 1990 and a hundred years on.
        "updated_at" => !value.as_i64().is_some_and(|time| (631_152_000..4_102_444_800).contains(&time)),
        "birthdate" => !value.as_str().is_some_and(is_birthdate),
        "address" => !value.is_object(),
        "groups" => !value.is_array(),
        "sub" | "name" | "given_name" | "family_name" | "middle_name" | "nickname" | "preferred_username"
        | "profile" | "picture" | "website" | "email" | "gender" | "zoneinfo" | "locale" | "phone_number" => {
            !value.as_str().is_some_and(|text| !text.is_empty() && text != "null")
        }
        _ => false,
    })
}

/// OIDC Core 5.1: `YYYY-MM-DD`, with the year 0000 when it is not told, or only `YYYY`.
fn is_birthdate(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [year] => digits(year, 4),
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        _ => false,
    }
}
