//! The operations of an answer. Each is applied to copies of the tokens, so that a wrong one leaves all tokens as they are.

use serde_json::{Map, Value};

use crate::protocol::{is_reserved_in_access_token, is_reserved_in_id_token};
use crate::tokens::kind::TokenKind;
use crate::tokens::unsigned::UnsignedToken;

/// Okta: the lifetimes that a hook may set, in seconds.
const LIFETIMES: std::ops::RangeInclusive<i64> = 300..=86_400;

/// Where the lifetime of a token is.
const LIFETIME_PATH: &str = "/token/lifetime/expiration";

/// Applies one operation.
pub(super) fn apply(token: &mut UnsignedToken, op: &str, path: &str, value: Option<&Value>) -> Result<(), String> {
    if path == LIFETIME_PATH {
        return set_lifetime(token, op, value);
    }
    let Some(rest) = path.strip_prefix("/claims/") else {
        return Err("the path begins with neither /claims/ nor /token/lifetime/expiration".to_owned());
    };
    // RFC 6901 4: `~1` is a slash, `~0` a tilde.
    let segments: Vec<String> = rest.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
    let [claim, inner @ ..] = &segments[..] else { return Err("the path names no claim".to_owned()) };
    if claim.is_empty() {
        return Err("the path names no claim".to_owned());
    }
    if is_system_claim(token.kind, claim) {
        return Err(format!("`{claim}` is a claim of the system"));
    }
    match op {
        "add" | "replace" if value.is_none() => Err("`value` is missing".to_owned()),
        "remove" if value.is_some_and(|value| !value.is_null()) => Err("`value` has to be null".to_owned()),
        "add" | "replace" | "remove" => match inner {
            [] => change_claim(&mut token.payload, op, claim, value),
            inner => {
                let parent = token.payload.get_mut(claim).ok_or_else(|| format!("there is no claim `{claim}`"))?;
                change_inside(parent, op, inner, value)
            }
        },
        _ => Err(format!("`{op}` is not an operation")),
    }
}

/// Okta: reserved claims cannot be changed, `groups` included; of access tokens, `aud` and `sub` can.
fn is_system_claim(kind: TokenKind, claim: &str) -> bool {
    let reserved = match kind {
        TokenKind::IdToken => is_reserved_in_id_token(claim),
        _ => is_reserved_in_access_token(claim),
    };
    reserved || claim == "groups"
}

fn set_lifetime(token: &mut UnsignedToken, op: &str, value: Option<&Value>) -> Result<(), String> {
    if op != "replace" {
        return Err("the lifetime can only be replaced".to_owned());
    }
    let seconds = value.and_then(Value::as_i64).filter(|seconds| LIFETIMES.contains(seconds));
    let seconds = seconds.ok_or_else(|| {
        format!("the lifetime is not a number of seconds from {} to {}", LIFETIMES.start(), LIFETIMES.end())
    })?;
    token.set_lifetime(seconds);
    Ok(())
}

fn change_claim(claims: &mut Map<String, Value>, op: &str, claim: &str, value: Option<&Value>) -> Result<(), String> {
    let exists = claims.contains_key(claim);
    match (op, value) {
        // Okta: adding a claim that exists replaces its value.
        ("add", Some(value)) => _ = claims.insert(claim.to_owned(), value.clone()),
        ("replace", Some(value)) if exists => _ = claims.insert(claim.to_owned(), value.clone()),
        ("remove", _) if exists => _ = claims.shift_remove(claim),
        _ => return Err(format!("there is no claim `{claim}`")),
    }
    Ok(())
}

/// Changes a member of an object or an element of a list inside a claim.
fn change_inside(parent: &mut Value, op: &str, path: &[String], value: Option<&Value>) -> Result<(), String> {
    let [name, rest @ ..] = path else { return Err("the path is empty".to_owned()) };
    if !rest.is_empty() {
        let inner = match parent {
            Value::Object(members) => members.get_mut(name),
            Value::Array(elements) => index(name).and_then(|index| elements.get_mut(index)),
            _ => None,
        };
        return change_inside(inner.ok_or_else(|| format!("there is no `{name}`"))?, op, rest, value);
    }
    match parent {
        Value::Object(members) => change_claim(members, op, name, value),
        Value::Array(elements) => change_element(elements, op, name, value),
        _ => Err(format!("what should have `{name}` is neither an object nor a list")),
    }
}

fn change_element(elements: &mut Vec<Value>, op: &str, name: &str, value: Option<&Value>) -> Result<(), String> {
    let position = if name == "-" && op == "add" { Some(elements.len()) } else { index(name) };
    match (op, position, value) {
        ("add", Some(position), Some(value)) if position <= elements.len() => elements.insert(position, value.clone()),
        ("replace", Some(position), Some(value)) if position < elements.len() => elements[position] = value.clone(),
        ("remove", Some(position), _) if position < elements.len() => _ = elements.remove(position),
        _ => return Err(format!("the list has no place `{name}`")),
    }
    Ok(())
}

/// RFC 6901 4: digits without leading zeros.
fn index(name: &str) -> Option<usize> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name.len() == 1 || !name.starts_with('0'));
    name.parse().ok().filter(|_| is_number)
}
