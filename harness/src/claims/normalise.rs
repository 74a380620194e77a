//! Replaces volatile values by placeholders that name the kind of value. A value of the wrong form is not replaced.

use serde_json::{Map, Value};

/// The context of a token.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The base URL of the issuer, which changes with the port.
    pub base: &'a str,
    /// The issuer's time.
    pub now: i64,
    pub nonce: Option<&'a str>,
    /// The expected hashes, by the name of the claim.
    pub hashes: Vec<(&'static str, String)>,
}

/// The tolerated clock skew in seconds.
const SKEW: i64 = 300;

/// The document with placeholders, and the violated rules.
#[must_use]
pub fn normalise(document: &Value, context: &Context<'_>) -> (Value, Vec<String>) {
    let mut broken = Vec::new();
    let document = value(document, context, &mut broken);
    (document, broken)
}

fn value(document: &Value, context: &Context<'_>, broken: &mut Vec<String>) -> Value {
    match document {
        Value::Object(members) => Value::Object(object(members, context, broken)),
        Value::Array(items) => Value::Array(items.iter().map(|item| value(item, context, broken)).collect()),
        Value::String(text) => Value::String(text.replace(context.base, "[base]")),
        other => other.clone(),
    }
}

fn object(members: &Map<String, Value>, context: &Context<'_>, broken: &mut Vec<String>) -> Map<String, Value> {
    let issued = members.get("iat").and_then(Value::as_i64);
    members
        .iter()
        .map(|(name, found)| {
            let placeholder = match name.as_str() {
                "iat" | "auth_time" => epoch(found, context.now),
                // The lifetime stays visible.
                "exp" => lifetime(found, issued, context.now),
                "jti" => token_id(found),
                "kid" => text(found, |kid| kid.len() == 43 && is_base64url(kid), "[kid]"),
                "nonce" => text(found, |nonce| Some(nonce) == context.nonce, "[nonce]"),
                "sid" => text(found, |sid| sid.starts_with("idx") || sid.starts_with("102"), "[sid]"),
                "at_hash" | "c_hash" => hash(name, found, context),
                "ds_hash" => text(found, |hash| hash.len() == 22 && is_base64url(hash), "[ds_hash]"),
                "jkt" => text(found, |key| key.len() == 43 && is_base64url(key), "[jkt]"),
                "updated_at" => text_or_number(found),
                _ => None,
            };
            let kept = match placeholder {
                None => value(found, context, broken),
                Some(Ok(placeholder)) => Value::String(placeholder),
                Some(Err(rule)) => {
                    broken.push(format!("{name} {found}: {rule}"));
                    found.clone()
                }
            };
            (name.clone(), kept)
        })
        .collect()
}

type Replacement = Option<Result<String, &'static str>>;

fn epoch(found: &Value, now: i64) -> Replacement {
    let near = found.as_i64().is_some_and(|time| (now - SKEW..=now + SKEW).contains(&time));
    Some(if near { Ok("[epoch]".to_owned()) } else { Err("not about now, in seconds") })
}

fn lifetime(found: &Value, issued: Option<i64>, now: i64) -> Replacement {
    let Some(expires) = found.as_i64() else { return Some(Err("not a number of seconds")) };
    Some(match issued {
        Some(issued) => Ok(format!("[iat + {}]", expires - issued)),
        None if expires > now => Ok("[epoch, later]".to_owned()),
        None => Err("not later than now"),
    })
}

fn token_id(found: &Value) -> Replacement {
    let id = found.as_str().unwrap_or_default();
    let parts: Vec<&str> = id.split('.').collect();
    let own = |part: &str| part.len() == 43 && is_base64url(part);
    Some(match parts.as_slice() {
        ["ID", part] if own(part) => Ok("[jti ID]".to_owned()),
        ["AT", part] if own(part) => Ok("[jti AT]".to_owned()),
        ["AT", part, record] if own(part) && record.starts_with("oar") && record.len() == 20 => {
            Ok("[jti AT oar]".to_owned())
        }
        _ => Err("not ID. or AT. with 43 characters, and .oar with 17 more"),
    })
}

fn text(found: &Value, rule: impl Fn(&str) -> bool, placeholder: &str) -> Replacement {
    Some(match found.as_str() {
        Some(text) if rule(text) => Ok(placeholder.to_owned()),
        _ => Err("not a value of its kind"),
    })
}

fn text_or_number(found: &Value) -> Replacement {
    let seconds = found.as_i64().is_some_and(|time| (631_152_000..4_102_444_800).contains(&time));
    Some(if seconds { Ok("[epoch, any]".to_owned()) } else { Err("not seconds since 1970") })
}

fn hash(name: &str, found: &Value, context: &Context<'_>) -> Replacement {
    let right = context.hashes.iter().any(|(claim, hash)| *claim == name && found.as_str() == Some(hash));
    Some(if right { Ok(format!("[{name}]")) } else { Err("not the hash of what came with it") })
}

fn is_base64url(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn context() -> Context<'static> {
        Context {
            base: "http://localhost:1",
            now: 1_000_000,
            nonce: Some("n"),
            hashes: vec![("at_hash", "h".to_owned())],
        }
    }

    #[test]
    fn volatile_claims_become_placeholders_and_the_lifetime_stays_visible() {
        let id = "a".repeat(43);
        let document = json!({
            "kid": id, "iss": "http://localhost:1/oauth2/default", "iat": 1_000_001, "exp": 1_003_601,
            "jti": format!("AT.{id}.oar45678901234567890"), "nonce": "n", "at_hash": "h", "scp": ["openid"], "ver": 1
        });
        let (normal, broken) = normalise(&document, &context());
        assert_eq!(broken, Vec::<String>::new());
        assert_eq!(
            normal,
            json!({
                "kid": "[kid]", "iss": "[base]/oauth2/default", "iat": "[epoch]", "exp": "[iat + 3600]",
                "jti": "[jti AT oar]", "nonce": "[nonce]", "at_hash": "[at_hash]", "scp": ["openid"], "ver": 1
            })
        );
    }

    #[test]
    fn a_volatile_claim_of_the_wrong_form_is_reported_and_kept() {
        let document = json!({ "iat": 5, "nonce": "other", "at_hash": "wrong", "jti": "AT.short", "kid": "short" });
        let (normal, broken) = normalise(&document, &context());
        assert_eq!(normal, document);
        assert_eq!(broken.len(), 5);
    }

    proptest! {
        #[test]
        fn a_document_without_volatile_members_stays_as_it_is(name in "[a-h]{2,8}", text in "[a-z ]{0,12}") {
            let document = json!({ name: [text, 1, true, null] });
            let (normal, broken) = normalise(&document, &context());
            prop_assert_eq!(normal, document);
            prop_assert!(broken.is_empty());
        }
    }
}
