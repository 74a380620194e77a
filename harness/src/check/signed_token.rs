//! Assertions that apply to all signed tokens.

use serde_json::Value;

use super::Check;
use crate::record::Recorder;
use crate::wire::jwt::{Jwt, Signature};
use crate::wire::keys::KeySet;

/// Checks that a token can be parsed. Returns it if so.
pub(super) fn readable(recorder: &Recorder, check: &Check, raw: &str) -> Option<Jwt> {
    let parsed = Jwt::parse(raw);
    let reason = parsed.as_ref().err().map(ToString::to_string);
    check.holds(recorder, parsed.is_ok(), "three parts", reason.as_deref().unwrap_or("three parts"));
    parsed.ok()
}

/// Checks that the header names a published key. OIDC Core 10.1: it may name none if only one key is published for its
/// algorithm.
pub(super) fn key_id(recorder: &Recorder, check: &Check, token: &Jwt, keys: &KeySet) {
    let kid = token.header.get("kid");
    let algorithm = token.header_text("alg").unwrap_or_default();
    let right = match kid {
        Some(kid) => kid.as_str().is_some_and(|kid| keys.find(kid).is_some()),
        None => keys.only_one_for(algorithm).is_some(),
    };
    let actual = kid.map_or_else(|| "nothing".to_owned(), |kid| kid.as_str().map_or(kid.to_string(), str::to_owned));
    check.holds(recorder, right, "the id of a published key, or nothing if there is one key only", actual);
}

/// Checks that the signature verifies with a published key.
pub(super) fn signature(recorder: &Recorder, check: &Check, token: &Jwt, keys: &KeySet) {
    let signature = token.verify(keys);
    check.holds(recorder, signature == Signature::Valid, Signature::Valid.summary(), signature.summary());
}

/// Checks that the header has the members of Okta's tokens.
pub(super) fn okta_header(recorder: &Recorder, check: &Check, token: &Jwt) {
    let members: Vec<&str> = token.header.keys().map(String::as_str).collect();
    check.holds(recorder, members == ["kid", "alg"], "kid alg", members.join(" "));
}

/// Checks that `ver` is the number 1.
pub(super) fn okta_version(recorder: &Recorder, check: &Check, token: &Jwt) {
    let version = token.claims.get("ver");
    let actual = version.map_or("nothing".to_owned(), Value::to_string);
    check.holds(recorder, version == Some(&Value::from(1)), 1, actual);
}
