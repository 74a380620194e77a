//! Masks secrets in what is recorded of requests and answers.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, header};
use mock_idp_core::protocol::Parameters;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// In the place of a secret.
const HIDDEN: &str = "…";

/// Names that carry a secret wherever they occur, in addition to those of a route. Letter case does not count.
const ALWAYS_SECRET: &[&str] = &[
    "access_token",
    "activationToken",
    "activationUrl",
    "actor_token",
    "answer",
    "api_key",
    "assertion",
    "auth_req_id",
    "binding_code",
    "client_assertion",
    "client_secret",
    "clientSecret",
    "code",
    "code_verifier",
    "cookieToken",
    "cookieTokenUrl",
    "credentials.answer",
    "credentials.passcode",
    "d",
    "device_code",
    "device_secret",
    // Of hooks: what authenticates the mock at their servers.
    "headers",
    "id_token",
    "id_token_hint",
    "interaction_code",
    "interaction_handle",
    "interactionHandle",
    "interclient_token",
    "k",
    "login_hint_token",
    "logout_token",
    "mfa_token",
    "newPassword",
    "oldPassword",
    "oob_code",
    "otp",
    "passCode",
    "password",
    "passwordHistory",
    "private_key",
    "privateKey",
    "qrcode",
    "recoveryToken",
    "refresh_token",
    "registration_access_token",
    "request_uri",
    "resetPasswordUrl",
    "sessionToken",
    "sharedSecret",
    "stateHandle",
    "stateToken",
    "subject_token",
    "tempPassword",
    "token",
    "user_code",
    "userCode",
    "verificationCode",
];

/// Parameters that hold a signed token of the client: not even its claims are shown.
const SIGNED_BY_THE_CLIENT: &[&str] = &["assertion", "client_assertion", "request"];

/// Headers that are hidden as a whole: the proof of a key, and the nonce for the next one. RFC 9449 4.1, 8.
const SECRET_HEADERS: &[&str] = &["dpop", "dpop-nonce"];

/// The names of parameters that are secrets in one answer: an extension of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecretParameters(pub(crate) &'static [&'static str]);

/// Masks what a route calls a secret, and what always is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scrubber {
    secrets: &'static [&'static str],
    /// What is a secret besides in this message.
    further: &'static [&'static str],
    /// Nothing is secret: the answers of the route are public.
    idle: bool,
}

impl Scrubber {
    /// `secrets`: the names of the route. `public`: whether everybody may see its answers.
    pub(crate) const fn new(secrets: &'static [&'static str], public: bool) -> Self {
        Self { secrets, further: &[], idle: public && secrets.is_empty() }
    }

    /// The same for an answer that has further secrets.
    #[must_use]
    pub(crate) fn hiding(self, SecretParameters(further): SecretParameters) -> Self {
        Self { further, idle: false, ..self }
    }

    /// Whether bodies need not be looked at.
    pub(super) fn is_idle(&self) -> bool {
        self.idle
    }

    fn is_secret(&self, name: &str) -> bool {
        self.secrets.contains(&name)
            || self.further.contains(&name)
            || ALWAYS_SECRET.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The parameters of a query or a form, as an object.
    pub(super) fn form(&self, encoded: &[u8]) -> Value {
        let mut members = Map::new();
        for (name, value) in Parameters::parse(encoded).iter() {
            let shown = Value::from(self.value(name, value));
            match members.get_mut(name) {
                None => _ = members.insert(name.to_owned(), shown),
                Some(Value::Array(several)) => several.push(shown),
                Some(first) => *first = vec![first.take(), shown].into(),
            }
        }
        members.into()
    }

    /// A JSON value.
    pub(super) fn json(&self, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                // A field of a form of the IDX API: {"name": "stateHandle", "value": …}.
                let is_secret_field =
                    members.get("name").and_then(Value::as_str).is_some_and(|name| self.is_secret(name));
                let shown = members.into_iter().map(|(name, value)| {
                    let is_secret = self.is_secret(&name) || (is_secret_field && name == "value");
                    let value = if is_secret { hidden(value) } else { self.json(value) };
                    (name, value)
                });
                Value::Object(shown.collect())
            }
            Value::Array(elements) => elements.into_iter().map(|element| self.json(element)).collect(),
            Value::String(text) => self.text(&text).into_owned().into(),
            other => other,
        }
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &HeaderName, value: &str) -> String {
        match *name {
            header::AUTHORIZATION => credential(value),
            header::COOKIE => value.split("; ").map(cookie).collect::<Vec<_>>().join("; "),
            header::SET_COOKIE => {
                let (first, attributes) = value.split_once(';').unwrap_or((value, ""));
                let rest = if attributes.is_empty() { String::new() } else { format!(";{attributes}") };
                cookie(first) + &rest
            }
            _ if SECRET_HEADERS.contains(&name.as_str()) => HIDDEN.to_owned(),
            _ => self.text(value).into_owned(),
        }
    }

    /// The value of a parameter.
    fn value(&self, name: &str, value: &str) -> String {
        if SIGNED_BY_THE_CLIENT.contains(&name) && !value.is_empty() {
            return HIDDEN.to_owned();
        }
        match self.is_secret(name) {
            true if value.is_empty() => String::new(),
            true => token(value).unwrap_or_else(|| HIDDEN.to_owned()),
            false => self.text(value).into_owned(),
        }
    }

    /// A text whose name says nothing: it can be a token, or a URL with secrets in its parameters.
    fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if let Some(token) = token(text) {
            return token.into();
        }
        let Some(start) = text.find(['?', '#']).filter(|_| text.contains('=')) else { return text.into() };
        let mut shown = text[..start].to_owned();
        for part in text[start..].split_inclusive(['?', '#', '&']) {
            let (pair, separator) = match part.strip_suffix(['?', '#', '&']) {
                Some(pair) => (pair, &part[pair.len()..]),
                None => (part, ""),
            };
            match pair.split_once('=') {
                Some((name, value)) => {
                    let decoded = percent_decode_str(value).decode_utf8_lossy();
                    let masked = self.value(&percent_decode_str(name).decode_utf8_lossy(), &decoded);
                    let value = if masked == decoded { value } else { &masked };
                    shown.push_str(&format!("{name}={value}"));
                }
                None => shown.push_str(pair),
            }
            shown.push_str(separator);
        }
        shown.into()
    }
}

/// A signed token without its signature; an encrypted one is hidden. `None`: it is not a token.
fn token(text: &str) -> Option<String> {
    let is_part = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !text.starts_with("eyJ") || !text.split('.').all(is_part) {
        return None;
    }
    match text.split('.').collect::<Vec<_>>()[..] {
        [header, claims, _] => Some(format!("{header}.{claims}.{HIDDEN}")),
        [_, _, _, _, _] => Some(HIDDEN.to_owned()),
        _ => None,
    }
}

fn hidden(value: Value) -> Value {
    match value {
        Value::String(text) if !text.is_empty() => token(&text).unwrap_or_else(|| HIDDEN.to_owned()).into(),
        Value::Number(_) => HIDDEN.into(),
        Value::Array(elements) => elements.into_iter().map(hidden).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, hidden(value))).collect(),
        other => other,
    }
}

/// The value of an `Authorization` header: the scheme, and of RFC 7617 the name.
fn credential(value: &str) -> String {
    let Some((scheme, credential)) = value.split_once(' ') else { return HIDDEN.to_owned() };
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = STANDARD.decode(credential).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let name = decoded.as_deref().and_then(|pair| pair.split_once(':')).map(|(name, _)| format!("{name}:"));
        return format!("{scheme} {}{HIDDEN}", name.unwrap_or_default());
    }
    format!("{scheme} {}", token(credential).unwrap_or_else(|| HIDDEN.to_owned()))
}

fn cookie(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() => format!("{name}={HIDDEN}"),
        Some(_) => pair.to_owned(),
        None => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCRUBBER: Scrubber = Scrubber::new(&["confirmation"], false);

    #[test]
    fn secrets_of_the_route_and_those_known_everywhere_are_masked_at_every_depth() {
        let value = json!({
            "confirmation": "c", "access_token": "opaque", "scope": "openid", "expires_in": 3600,
            "credentials": { "password": { "value": "p" }, "recovery_question": { "question": "q", "answer": "a" } },
            "keys": [{ "kty": "RSA", "n": "1", "d": "2" }], "passcode": 123456, "verificationCode": "1234",
            "client_secret": null, "password": "",
        });
        let shown = SCRUBBER.json(value);
        assert_eq!(
            shown,
            json!({
                "confirmation": "…", "access_token": "…", "scope": "openid", "expires_in": 3600,
                "credentials": { "password": { "value": "…" }, "recovery_question": { "question": "q", "answer": "…" } },
                "keys": [{ "kty": "RSA", "n": "1", "d": "…" }], "passcode": "…", "verificationCode": "…",
                "client_secret": null, "password": "",
            })
        );
    }

    #[test]
    fn assertions_request_objects_and_proofs_are_hidden_as_a_whole() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let form = format!("client_assertion={token}&assertion={token}&request={token}&id_token_hint=");
        let shown = json!({"client_assertion": "…", "assertion": "…", "request": "…", "id_token_hint": ""});
        assert_eq!(SCRUBBER.form(form.as_bytes()), shown);
        for name in SECRET_HEADERS {
            assert_eq!(SCRUBBER.header(&HeaderName::from_static(name), token), "…");
        }
    }

    #[test]
    fn a_signed_token_keeps_its_claims_and_loses_its_signature_under_any_name() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let cut = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.…";
        assert_eq!(
            SCRUBBER.json(json!({ "id_token": token, "other": [token] })),
            json!({ "id_token": cut, "other": [cut] })
        );
        assert_eq!(SCRUBBER.header(&header::AUTHORIZATION, &format!("DPoP {token}")), format!("DPoP {cut}"));
        assert_eq!(SCRUBBER.json(json!("eyJhIjoxfQ.b.c.d.e")), json!("…"));
        assert_eq!(SCRUBBER.json(json!("eyJust a text. Of two sentences.")), json!("eyJust a text. Of two sentences."));
    }

    #[test]
    fn secrets_in_urls_are_masked_in_query_fragment_and_nested_urls() {
        let location = |value: &str| SCRUBBER.header(&header::LOCATION, value);
        assert_eq!(location("http://app.test/cb?code=abc&state=s"), "http://app.test/cb?code=…&state=s");
        assert_eq!(location("http://app.test/cb#id_token=x&state=s%20t"), "http://app.test/cb#id_token=…&state=s%20t");
        assert_eq!(location("/a?fromURI=%2Fb%3FstateToken%3Dxyz&c=d"), "/a?fromURI=/b?stateToken=…&c=d");
        assert_eq!(location("http://app.test/cb?code=&a"), "http://app.test/cb?code=&a");
        assert_eq!(
            SCRUBBER.json(json!({ "verification_uri_complete": "http://a/activate?user_code=AB" })),
            json!({ "verification_uri_complete": "http://a/activate?user_code=…" })
        );
    }

    #[test]
    fn fields_of_forms_are_masked_by_their_names() {
        let field = |name: &str, value: &str| json!({ "name": name, "value": value, "required": true });
        let forms = json!([field("stateHandle", "02abc"), field("identifier", "ada"), field("interaction_code", "x")]);
        let shown = json!([field("stateHandle", "…"), field("identifier", "ada"), field("interaction_code", "…")]);
        assert_eq!(SCRUBBER.json(forms), shown);
    }

    #[test]
    fn credentials_keep_their_scheme() {
        let shown = |value: &str| SCRUBBER.header(&header::AUTHORIZATION, value);
        assert_eq!(shown("SSWS 00abc"), "SSWS …");
        assert_eq!(shown("Basic ???"), "Basic …");
        assert_eq!(shown("token-without-scheme"), "…");
    }
}
