//! A response on its way through the proxy, and the ways to change it.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use harness::wire::jwt::left_half;
use harness::wire::page::HtmlPage;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::signer::{Parts, RSA, Signer};

/// The redirect URIs of the target files.
pub(crate) const LANDING: &str = "http://localhost:7803/";

/// A response of the mock, or a form that it posts to a client.
pub(crate) struct Message<'a> {
    pub(crate) path: String,
    /// The form or query of the request.
    pub(crate) asked: String,
    /// The headers of the request.
    pub(crate) asked_headers: HeaderMap,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(super) signer: &'a Signer,
    /// Signed tokens of the proxy, and the tokens of the mock that they replace.
    pub(super) replaced: &'a mut BTreeMap<String, String>,
}

/// How one member of an object is changed.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Set(Value),
    Remove,
}

impl Change {
    pub(crate) fn apply(&self, name: &str, members: &mut Map<String, Value>) {
        match self {
            Self::Set(value) => drop(members.insert(name.to_owned(), value.clone())),
            Self::Remove => drop(members.shift_remove(name)),
        }
    }
}

type Pairs = Vec<(String, String)>;

impl Message<'_> {
    pub(crate) fn at(&self, end: &str) -> bool {
        self.path.ends_with(end)
    }

    /// Whether it is the response to a refresh.
    pub(crate) fn refreshes(&self) -> bool {
        self.at("/token") && self.asked.contains("grant_type=refresh_token")
    }

    pub(crate) fn header(&self, name: &HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn set_header(&mut self, name: &'static str, value: Option<&str>) {
        match value {
            Some(value) => {
                drop(
                    self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")),
                );
            }
            None => drop(self.headers.remove(name)),
        }
    }

    /// Changes it to a page.
    pub(crate) fn show(&mut self, page: &str) {
        self.status = StatusCode::OK;
        self.headers.remove(header::LOCATION);
        self.set_header("content-type", Some("text/html"));
        self.body = page.to_owned();
    }

    /// Changes the members of a JSON body.
    pub(crate) fn json(&mut self, change: impl FnOnce(&mut Map<String, Value>)) {
        if let Ok(Value::Object(mut members)) = serde_json::from_str(&self.body) {
            change(&mut members);
            self.body = Value::Object(members).to_string();
        }
    }

    /// Changes every published key.
    pub(crate) fn keys(&mut self, change: impl FnOnce(&mut Vec<Value>)) {
        if self.at("/keys") {
            self.json(|members| change(members["keys"].as_array_mut().expect("keys")));
        }
    }

    /// The public half of one of the proxy's keys.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        self.signer.jwk(kid)
    }

    /// Whether it brings the user back to a redirect URI.
    pub(crate) fn lands(&self) -> bool {
        self.header(&header::LOCATION).starts_with(LANDING) || self.form_post().is_some()
    }

    /// Whether it is a redirect to an address with that text.
    pub(crate) fn location_contains(&self, text: &str) -> bool {
        self.header(&header::LOCATION).contains(text)
    }

    fn form_post(&self) -> Option<(String, Pairs)> {
        if !self.header(&header::CONTENT_TYPE).starts_with("text/html") || !self.body.contains(LANDING) {
            return None;
        }
        let form = HtmlPage::parse(&self.body, None).forms.into_iter().find(|form| form.action.starts_with(LANDING))?;
        Some((form.action.clone(), form.carried()))
    }

    /// Changes the parameters of an authorization or logout response, in whatever mode it is sent.
    pub(crate) fn parameters(&mut self, change: impl FnOnce(&mut Pairs)) {
        if let Some((action, mut pairs)) = self.form_post() {
            change(&mut pairs);
            self.body = form_page(&action, &pairs);
            return;
        }
        let location = self.header(&header::LOCATION).to_owned();
        if !location.starts_with(LANDING) {
            return;
        }
        let mark = if location.contains('#') { '#' } else { '?' };
        let (base, encoded) = location.split_once(mark).unwrap_or((&location, ""));
        let mut pairs: Pairs = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
        change(&mut pairs);
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let location = if encoded.is_empty() { base.to_owned() } else { format!("{base}{mark}{encoded}") };
        self.set_header("location", Some(&location));
    }

    /// Changes the address of a redirect to a redirect URI as text.
    pub(crate) fn location(&mut self, change: impl FnOnce(&str) -> String) {
        let location = self.header(&header::LOCATION).to_owned();
        if location.starts_with(LANDING) {
            self.set_header("location", Some(&change(&location)));
        }
    }

    /// Changes a token, if `token` is one of the mock's, and signs it with the key of the proxy.
    fn signed(&mut self, token: &str, change: &dyn Fn(&mut Parts)) -> Option<String> {
        let mut parts = Parts::of(token)?;
        parts.header.insert("kid".to_owned(), json!(RSA));
        let before = (parts.header.clone(), parts.claims.clone());
        change(&mut parts);
        if (&parts.header, &parts.claims) == (&before.0, &before.1) {
            return None;
        }
        let signed = self.signer.sign(&parts);
        self.replaced.insert(signed.clone(), token.to_owned());
        Some(signed)
    }

    /// Changes every ID token.
    pub(crate) fn id_tokens(&mut self, change: impl Fn(&mut Parts)) {
        if self.at("/token") && self.status == 200 {
            let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
            if let Some(signed) = body["id_token"].as_str().and_then(|token| self.signed(token, &change)) {
                self.json(|members| members["id_token"] = json!(signed));
            }
        }
        if self.lands() {
            let mut tokens = Vec::new();
            self.parameters(|pairs| tokens.extend(pairs.iter().filter(|(name, _)| name == "id_token").cloned()));
            for (_, token) in tokens {
                if let Some(signed) = self.signed(&token, &change) {
                    self.parameters(|pairs| {
                        for (_, value) in pairs.iter_mut().filter(|(_, value)| *value == token) {
                            value.clone_from(&signed);
                        }
                    });
                }
            }
        }
    }

    /// The at_hash of the access token of the token endpoint.
    pub(crate) fn access_token_hash(&self, algorithm: &str) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        Some(left_half(algorithm, body["access_token"].as_str()?))
    }

    /// Changes the signed token in the body, or in the parameter `name` of a form.
    pub(crate) fn token_in_form(&mut self, name: &str, change: impl Fn(&mut Parts)) {
        let mut pairs: Pairs = form_urlencoded::parse(self.body.as_bytes()).into_owned().collect();
        for (_, value) in pairs.iter_mut().filter(|(known, _)| known == name) {
            if let Some(signed) = self.signed(&value.clone(), &change) {
                *value = signed;
            }
        }
        self.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    }
}

fn form_page(action: &str, pairs: &Pairs) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let inputs: String = pairs
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value)))
        .collect();
    format!(
        "<!doctype html><title>Signing in</title><form method=\"post\" action=\"{action}\">{inputs}</form><script></script>"
    )
}
