//! Placeholders for the values that are new in each token. A value is replaced only if it has the form that the placeholder stands for,
//! so that a wrong value is a difference.

use serde_json::{Map, Value};

/// Length of a token's id, a key's id and a thumbprint: 32 bytes in base64url.
const RANDOM: usize = 43;
/// Length of the left half of a SHA-256 hash in base64url.
const HALF_HASH: usize = 22;
/// Length of Okta's object ids.
const ID: usize = 20;

/// What a result is taken from besides the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The base URL of the issuer.
    pub base: &'a str,
    /// The time of the request, in seconds since 1970.
    pub now: i64,
}

/// The placeholders for what is made at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placeholders<'a> {
    circumstances: Circumstances<'a>,
}

impl<'a> Placeholders<'a> {
    pub(super) fn new(circumstances: Circumstances<'a>) -> Self {
        Self { circumstances }
    }

    /// An object of a token or an answer.
    pub(super) fn object(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let issued = members.get("iat").and_then(Value::as_i64);
        let replaced = |(name, value): (&String, &Value)| {
            let replaced = match self.placeholder(name, value, issued) {
                Some(placeholder) => placeholder.into(),
                None => self.value(value),
            };
            (name.clone(), replaced)
        };
        members.iter().map(replaced).collect()
    }

    /// Any value: only what is volatile wherever it stands is replaced.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => self.object(members).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::String(text) => text.replace(self.circumstances.base, "[base]").into(),
            other => other.clone(),
        }
    }

    fn placeholder(&self, name: &str, value: &Value, issued: Option<i64>) -> Option<String> {
        let text = value.as_str();
        let is = |form: bool, placeholder: &str| form.then(|| placeholder.to_owned());
        match name {
            "iat" | "auth_time" => is(value.as_i64() == Some(self.circumstances.now), "[epoch]"),
            "exp" => issued.zip(value.as_i64()).map(|(issued, expires)| format!("[iat + {}]", expires - issued)),
            "updated_at" => is(value.as_i64().is_some_and(is_recent_epoch), "[epoch, any]"),
            "jti" => text.and_then(token_id).map(str::to_owned),
            // Signatures, and the hashes of what is signed, are made for a real answer only.
            "kid" => is(value.is_null() || text.is_some_and(is_random), "[kid]"),
            "at_hash" | "c_hash" => is(value.is_null(), &format!("[{name}]")),
            "ds_hash" => is(text.is_some_and(|hash| hash.len() == HALF_HASH && is_base64url(hash)), "[ds_hash]"),
            "nonce" => is(text == Some("preview"), "[nonce]"),
            "sid" => is(text.is_some_and(|sid| sid.starts_with("idx") || sid.starts_with("102")), "[sid]"),
            "jkt" => is(text == Some("preview"), "[jkt]"),
            _ => None,
        }
    }
}

/// From 1990 to 2099.
fn is_recent_epoch(seconds: i64) -> bool {
    (631_152_000..4_102_444_800).contains(&seconds)
}

/// What kind of token an id belongs to, and whether a refresh token came with it.
fn token_id(id: &str) -> Option<&'static str> {
    let parts: Vec<&str> = id.split('.').collect();
    match parts.as_slice() {
        ["ID", random] if is_random(random) => Some("[jti ID]"),
        ["AT", random] if is_random(random) => Some("[jti AT]"),
        ["AT", random, family] if is_random(random) && family.starts_with("oar") && family.len() == ID => {
            Some("[jti AT oar]")
        }
        _ => None,
    }
}

fn is_random(text: &str) -> bool {
    text.len() == RANDOM && is_base64url(text)
}

fn is_base64url(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
