//! Redaction, at the one door through which anything enters the record.
//!
//! A secret becomes a keyed tag such as `‹code:4f2a91›`: the key lives for one run, so equal values stay
//! comparable inside a report and mean nothing outside it. Signed tokens keep their header and payload,
//! which reports explain, and lose the signature, without which they open nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

/// The shortest value that is looked for inside other text. Shorter ones would mask innocent words.
const SHORTEST: usize = 6;

/// Names of parameters, fields and JSON keys that carry a secret, with the kind that the tag shows.
const SENSITIVE: &[(&str, &str)] = &[
    ("access_token", "token"),
    ("actor_token", "token"),
    ("assertion", "token"),
    ("auth_req_id", "code"),
    ("client_assertion", "token"),
    ("client_secret", "secret"),
    ("code", "code"),
    ("code_verifier", "verifier"),
    ("credentials.passcode", "password"),
    ("device_code", "code"),
    ("device_secret", "secret"),
    ("id_token", "token"),
    ("id_token_hint", "token"),
    ("interaction_code", "code"),
    ("interaction_handle", "session"),
    ("interclient_token", "token"),
    ("logout_token", "token"),
    ("newPassword", "password"),
    ("passcode", "password"),
    ("password", "password"),
    ("refresh_token", "refresh-token"),
    ("registration_access_token", "token"),
    ("request", "token"),
    ("request_uri", "code"),
    ("sessionToken", "session"),
    ("stateHandle", "session"),
    ("stateToken", "session"),
    ("subject_token", "token"),
    ("token", "token"),
    ("userCode", "code"),
    ("user_code", "code"),
    ("verification_uri_complete", "code"),
];

fn kind_of(name: &str) -> Option<&'static str> {
    SENSITIVE.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// Masks secrets. Clones share what they have learned.
#[derive(Clone)]
pub struct Scrubber {
    key: Arc<[u8; 32]>,
    /// Secrets met so far and their tags.
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
    /// A scrubber with the same key and the same secrets so far, which learns on its own from here on.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { key: Arc::clone(&self.key), known: Arc::new(Mutex::new(self.lock().clone())) }
    }

    /// Remembers a secret, so that it is masked wherever it turns up. Answers its tag.
    pub fn learn(&self, kind: &str, secret: &str) -> String {
        let mut known = self.lock();
        if let Some(tag) = known.get(secret) {
            return tag.clone();
        }
        let tag = self.tag(kind, secret);
        if secret.len() >= SHORTEST {
            known.insert(secret.to_owned(), tag.clone());
            // The same secret as it looks inside a form or a query.
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

    /// The value of a parameter, field or key called `name`, masked if the name says that it is a secret.
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

    /// An address: secrets in its query and fragment are masked.
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
                        other => (name.clone(), self.json(other)),
                    })
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.json(item)).collect()),
            Value::String(text) => Value::String(self.text(text)),
            other => other.clone(),
        }
    }

    /// A page, reduced to what a reader of a report asks of it: title, words and forms. The parser spells each
    /// character one way, so a secret can't hide behind character references; scripts are left out.
    fn page(&self, body: &str) -> String {
        let document = Html::parse_document(body);
        let mut outline = String::new();
        if let Some(title) = select(&document, "title").first() {
            let _ = writeln!(outline, "title: {}", words(*title));
        }
        for part in select(&document, "main, body > :not(main):not(script):not(style)") {
            let text = words(part);
            // What has an element of its own further down is told there.
            if !text.is_empty() && part.value().name() != "script" && select_in(part, "main").is_empty() {
                let _ = writeln!(outline, "text: {text}");
            }
        }
        for form in select(&document, "form") {
            let _ = writeln!(
                outline,
                "form: {} {}",
                form.attr("method").unwrap_or("get"),
                self.url(form.attr("action").unwrap_or(""))
            );
            for field in select_in(form, "input, button") {
                let name = field.attr("name").unwrap_or_default();
                let kind = field.attr("type").unwrap_or(field.value().name());
                let value = self.value(name, field.attr("value").unwrap_or_default());
                let _ = writeln!(outline, "  {kind} {name}={value}");
            }
        }
        self.text(&outline)
    }

    fn cookie(&self, cookie: &str) -> String {
        match cookie.split_once('=') {
            Some((name, value)) if !value.trim_matches('"').is_empty() => {
                // A short cookie is a setting such as `t=default`: masked here, but no word to hunt for elsewhere.
                let secret = value.len() >= 16;
                let tag = if secret { self.learn("cookie", value) } else { self.tag("cookie", value) };
                format!("{name}={tag}")
            }
            _ => cookie.to_owned(),
        }
    }

    /// A token: a signed one loses its signature, an opaque one goes entirely.
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

const fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Where the signature of a compact signed token begins, if `word` is one.
fn signature_at(word: &str) -> Option<usize> {
    let mut dots = word.match_indices('.').map(|(at, _)| at);
    let (first, second) = (dots.next()?, dots.next()?);
    let header = URL_SAFE_NO_PAD.decode(&word[..first]).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    (header.is_object() && second + 1 < word.len()).then_some(second + 1)
}

fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    select_in(document.root_element(), selector)
}

fn select_in<'a>(element: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map(|selector| element.select(&selector).collect()).unwrap_or_default()
}

/// The words of an element, without those of scripts, styles and drawings in it.
fn words(element: ElementRef<'_>) -> String {
    let visible = element.descendants().filter_map(|node| {
        let text = node.value().as_text()?;
        let hidden = node
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|element| matches!(element.value().name(), "script" | "style" | "svg" | "noscript"));
        (!hidden).then(|| text.split_whitespace())
    });
    visible.flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
