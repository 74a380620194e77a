//! Masks secrets in everything that enters the record.
//!
//! A secret is replaced by a keyed tag such as `‹code:4f2a91›`. The key is random for each run, so equal values can be
//! compared within a report only. Signed tokens keep header and payload and lose the signature.

mod names;
mod page;
mod token;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use rand::Rng as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use self::names::kind_of;
use self::page::{FieldOutline, Outline};
use self::token::{is_token_character, signature_at};

/// The shortest secret that is searched for in other texts. Shorter ones would mask ordinary words.
const SHORTEST: usize = 6;

/// Masks secrets. Clones share the known secrets.
#[derive(Clone)]
pub struct Scrubber {
    key: Arc<[u8; 32]>,
    /// The known secrets and their tags.
    known: Arc<Mutex<BTreeMap<String, String>>>,
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scrubber")
    }
}

impl Default for Scrubber {
    fn default() -> Self {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        Self { key: Arc::new(key), known: Arc::default() }
    }
}

impl Scrubber {
    /// A scrubber with the same key and a copy of the known secrets.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { key: Arc::clone(&self.key), known: Arc::new(Mutex::new(self.lock().clone())) }
    }

    /// Adds a secret, which is then masked everywhere. Returns its tag.
    pub fn learn(&self, kind: &str, secret: &str) -> String {
        let mut known = self.lock();
        if let Some(tag) = known.get(secret) {
            return tag.clone();
        }
        let tag = self.tag(kind, secret);
        if secret.len() >= SHORTEST {
            known.insert(secret.to_owned(), tag.clone());
            // The same secret, form-encoded.
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            if encoded != secret {
                known.insert(encoded, tag.clone());
            }
        }
        tag
    }

    fn tag(&self, kind: &str, secret: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(*self.key);
        digest.update(secret.as_bytes());
        let hex = digest.finalize()[..3].iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        format!("‹{kind}:{hex}›")
    }

    /// The value of a parameter, field or key, masked if its name is that of a secret.
    pub fn value(&self, name: &str, value: &str) -> String {
        match kind_of(name) {
            _ if value.is_empty() => String::new(),
            Some("token") => self.token(value),
            Some(kind) => self.learn(kind, value),
            None => self.text(value),
        }
    }

    /// Any text: known secrets and the signatures of signed tokens are masked.
    pub fn text(&self, text: &str) -> String {
        let mut text = self.signatures(text);
        for (secret, tag) in self.lock().iter().rev() {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), tag));
            }
        }
        text.into_owned()
    }

    /// A URL: secrets in its query and fragment are masked.
    pub fn url(&self, url: &str) -> String {
        let (rest, fragment) = split(url, '#');
        let (path, query) = split(rest, '?');
        let mut scrubbed = self.text(path);
        if let Some(query) = query {
            scrubbed.push('?');
            scrubbed.push_str(&self.form(query));
        }
        if let Some(fragment) = fragment {
            scrubbed.push('#');
            scrubbed.push_str(&self.form(fragment));
        }
        scrubbed
    }

    /// A form-encoded body: secrets are masked, the rest keeps its encoding and order.
    pub fn form(&self, body: &str) -> String {
        let pairs = body.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if kind_of(&decoded(name)).is_some() => {
                format!("{name}={}", self.value(&decoded(name), &decoded(value)))
            }
            _ => self.text(pair),
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A header's value.
    pub fn header(&self, name: &str, value: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "authorization" => match value.split_once(' ') {
                Some((scheme, credentials)) => {
                    let kind = if scheme.eq_ignore_ascii_case("basic") { "secret" } else { "token" };
                    format!("{scheme} {}", self.learn(kind, credentials))
                }
                None => self.learn("secret", value),
            },
            "cookie" => value.split("; ").map(|cookie| self.cookie(cookie)).collect::<Vec<_>>().join("; "),
            "set-cookie" => {
                let (cookie, attributes) = split(value, ';');
                let attributes = attributes.map(|attributes| format!(";{attributes}")).unwrap_or_default();
                self.cookie(cookie) + &attributes
            }
            "location" | "referer" => self.url(value),
            _ => self.text(value),
        }
    }

    /// A body, by its content type.
    pub fn body(&self, content_type: &str, body: &str) -> String {
        if content_type.starts_with("application/x-www-form-urlencoded") {
            return self.form(body);
        }
        if content_type.starts_with("text/html") {
            return self.page(body);
        }
        if content_type.contains("json")
            && let Ok(value) = serde_json::from_str::<Value>(body)
        {
            return self.json(&value).to_string();
        }
        self.text(body)
    }

    /// A JSON value: secrets are masked by key, at any depth.
    pub fn json(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| match value {
                        Value::String(text) => (name.clone(), Value::String(self.value(name, text))),
                        // Okta: `"password": {"value": "…"}`.
                        Value::Object(secret) if matches!(name.as_str(), "password" | "authScheme") => {
                            (name.clone(), self.secrets(name, secret))
                        }
                        other => (name.clone(), self.json(other)),
                    })
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.json(item)).collect()),
            Value::String(text) => Value::String(self.text(text)),
            other => other.clone(),
        }
    }

    /// An object of a secret. Of its texts the value and what it was hashed with are masked, not the algorithm.
    fn secrets(&self, name: &str, object: &serde_json::Map<String, Value>) -> Value {
        let masked = object.iter().map(|(member, value)| match value {
            Value::String(text) if matches!(member.as_str(), "value" | "salt") => {
                (member.clone(), self.value(name, text).into())
            }
            Value::Object(inner) => (member.clone(), self.secrets(name, inner)),
            other => (member.clone(), self.json(other)),
        });
        Value::Object(masked.collect())
    }

    /// A page, as its outline. Scripts are left out, and the parser resolves character references, so that no secret
    /// is overlooked.
    fn page(&self, body: &str) -> String {
        let outline = Outline::read(body);
        let mut text = String::new();
        if let Some(title) = outline.title {
            let _ = writeln!(text, "title: {title}");
        }
        for paragraph in outline.texts {
            let _ = writeln!(text, "text: {paragraph}");
        }
        for form in outline.forms {
            let _ = writeln!(text, "form: {} {}", form.method, self.url(&form.action));
            for FieldOutline { kind, name, value } in form.fields {
                let _ = writeln!(text, "  {kind} {name}={}", self.value(&name, &value));
            }
        }
        self.text(&text)
    }

    fn cookie(&self, cookie: &str) -> String {
        match cookie.split_once('=') {
            Some((name, value)) if !value.trim_matches('"').is_empty() => {
                // A short value is a setting such as `t=default`: masked here only.
                let secret = value.len() >= 16;
                let tag = if secret { self.learn("cookie", value) } else { self.tag("cookie", value) };
                format!("{name}={tag}")
            }
            _ => cookie.to_owned(),
        }
    }

    /// A token: a signed one loses its signature, an opaque one is masked completely.
    fn token(&self, token: &str) -> String {
        match signature_at(token) {
            Some(at) => format!("{}{}", &token[..at], self.learn("signature", &token[at..])),
            None => self.learn("token", token),
        }
    }

    fn signatures<'text>(&self, text: &'text str) -> Cow<'text, str> {
        if !text.contains("eyJ") {
            return Cow::Borrowed(text);
        }
        let mut scrubbed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("eyJ") {
            let end = rest[start..].find(|c| !is_token_character(c)).map_or(rest.len(), |length| start + length);
            let word = &rest[start..end];
            scrubbed.push_str(&rest[..start]);
            match signature_at(word) {
                Some(at) => {
                    scrubbed.push_str(&word[..at]);
                    scrubbed.push_str(&self.learn("signature", &word[at..]));
                }
                None => scrubbed.push_str(word),
            }
            rest = &rest[end..];
        }
        scrubbed.push_str(rest);
        Cow::Owned(scrubbed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    form_urlencoded::parse(format!("x={}", spaced.replace(' ', "+")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
