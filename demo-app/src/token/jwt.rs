//! Decoding a JWT (RFC 7519).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

/// A decoded JWT. Its signature is *not* verified.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Jwt {
    /// The three Base64url parts, unchanged.
    pub(crate) parts: [String; 3],
    pub(crate) header: Map<String, Value>,
    pub(crate) payload: Map<String, Value>,
}

/// Why a string is not a JWT.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum InvalidJwt {
    #[error("has {0} parts between dots; a signed JWT has 3")]
    Parts(usize),
    #[error("the {0} is not Base64url")]
    Base64(&'static str),
    #[error("the {0} is not a JSON object")]
    Json(&'static str),
}

impl Jwt {
    /// Splits and decodes a compact JWT (RFC 7515 3.1).
    pub(crate) fn read(raw: &str) -> Result<Self, InvalidJwt> {
        let parts: Vec<&str> = raw.split('.').collect();
        let [header, payload, signature] = parts[..] else { return Err(InvalidJwt::Parts(parts.len())) };
        if URL_SAFE_NO_PAD.decode(signature).is_err() {
            return Err(InvalidJwt::Base64("signature"));
        }
        Ok(Self {
            header: object("header", header)?,
            payload: object("payload", payload)?,
            parts: [header.to_owned(), payload.to_owned(), signature.to_owned()],
        })
    }

    /// What the signature covers: the first two parts and the dot between them.
    pub(crate) fn signing_input(&self) -> String {
        format!("{}.{}", self.parts[0], self.parts[1])
    }

    pub(crate) fn claim_str(&self, name: &str) -> Option<&str> {
        self.payload.get(name).and_then(Value::as_str)
    }

    pub(crate) fn claim_i64(&self, name: &str) -> Option<i64> {
        self.payload.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn header_str(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// The scopes of an access token: Okta's array `scp`, or the space-separated `scope` of RFC 9068.
    pub(crate) fn scopes(&self) -> Option<Vec<String>> {
        match (self.payload.get("scp"), self.payload.get("scope")) {
            (Some(Value::Array(list)), _) => Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            (None, Some(Value::String(text))) => Some(text.split_whitespace().map(str::to_owned).collect()),
            _ => None,
        }
    }
}

fn object(part: &'static str, encoded: &str) -> Result<Map<String, Value>, InvalidJwt> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| InvalidJwt::Base64(part))?;
    serde_json::from_slice(&bytes).map_err(|_| InvalidJwt::Json(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn header_and_payload_are_read_with_members_in_order() {
        let raw = format!("{}.{}.{}", encode(r#"{"kid":"k","alg":"RS256"}"#), encode(r#"{"b":1,"a":2}"#), "c2ln");
        let jwt = Jwt::read(&raw).unwrap();
        assert_eq!(jwt.header_str("kid"), Some("k"));
        assert_eq!(jwt.payload.keys().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(jwt.signing_input() + ".c2ln", raw);
    }

    #[test]
    fn a_string_that_is_not_a_jwt_is_rejected_with_the_reason() {
        assert_eq!(Jwt::read("opaque").unwrap_err(), InvalidJwt::Parts(1));
        assert_eq!(Jwt::read("!.e30.").unwrap_err(), InvalidJwt::Base64("header"));
        assert_eq!(Jwt::read(&format!("e30.{}.", encode("[1]"))).unwrap_err(), InvalidJwt::Json("payload"));
    }

    #[test]
    fn scopes_are_read_from_the_scp_array_or_the_scope_string() {
        let scopes = |payload: &str| Jwt::read(&format!("e30.{}.", encode(payload))).unwrap().scopes();
        assert_eq!(scopes(r#"{"scp":["a","b"]}"#), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(scopes(r#"{"scope":"a b"}"#), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(scopes(r#"{"scp":"a b"}"#), None);
        assert_eq!(scopes("{}"), None);
    }
}
