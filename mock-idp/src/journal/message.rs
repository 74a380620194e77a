//! Requests and answers as they were on the wire, shown without their secrets.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::scrub::Scrubber;

/// The longest body that is recorded, in bytes.
pub(crate) const MAX_BODY: usize = 16 * 1024;

/// The headers of requests that are recorded.
static REQUEST_HEADERS: [HeaderName; 10] = [
    header::HOST,
    header::USER_AGENT,
    HeaderName::from_static("x-okta-user-agent-extended"),
    header::ACCEPT,
    header::CONTENT_TYPE,
    header::ORIGIN,
    HeaderName::from_static("x-forwarded-for"),
    header::AUTHORIZATION,
    HeaderName::from_static("dpop"),
    header::COOKIE,
];

/// The headers of answers that are recorded.
static RESPONSE_HEADERS: [HeaderName; 9] = [
    header::CONTENT_TYPE,
    header::CACHE_CONTROL,
    header::LOCATION,
    header::LINK,
    header::SET_COOKIE,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("dpop-nonce"),
    header::RETRY_AFTER,
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
];

/// A request or an answer as it was on the wire. Its secrets are masked when it is shown; few messages are.
#[derive(Clone)]
pub(crate) struct WireMessage {
    /// The names of the recorded headers.
    pub(super) names: &'static [HeaderName],
    /// Query and headers as [`Fields`].
    pub(super) head: Vec<u8>,
    pub(super) body: WireBody,
    /// `None`: it is not known what is secret, so neither query nor body are shown.
    pub(super) scrubber: Option<Scrubber>,
}

/// A body on the wire.
#[derive(Clone, Debug)]
pub(crate) enum WireBody {
    Whole(Bytes),
    /// So many bytes, which are not recorded: too many, or of another media type.
    Omitted(u64),
    /// It was not read to its end.
    Unread,
}

/// A message as it is shown. What is secret is `…`; of the tokens that the mock signs only the signature.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub(crate) struct RecordedMessage {
    /// The parameters of a query. One that is repeated is a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Value>,
    /// Values of one name are joined.
    pub headers: Map<String, Value>,
    /// A JSON body, or the parameters of a form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// What a body was that is not recorded: another media type, or longer than 16 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_omitted: Option<String>,
}

impl WireMessage {
    /// A request, without its body so far.
    pub(crate) fn of_request(query: Option<&str>, headers: &HeaderMap, scrubber: Option<Scrubber>) -> Self {
        let query = query.filter(|_| scrubber.is_some());
        Self::new(&REQUEST_HEADERS, query, headers, scrubber)
    }

    /// An answer, without its body so far.
    pub(crate) fn of_response(headers: &HeaderMap, scrubber: Option<Scrubber>) -> Self {
        Self::new(&RESPONSE_HEADERS, None, headers, scrubber)
    }

    fn new(names: &'static [HeaderName], query: Option<&str>, headers: &HeaderMap, scrubber: Option<Scrubber>) -> Self {
        // Enough for most messages.
        let mut head = Vec::with_capacity(256);
        if let Some(query) = query {
            push_field(&mut head, QUERY, query.as_bytes());
        }
        for (name, value) in headers {
            let position = names.iter().position(|known| known == name);
            if let Some(position) = position.and_then(|position| u8::try_from(position).ok()) {
                push_field(&mut head, position, value.as_bytes());
            }
        }
        Self { names, head, body: WireBody::Whole(Bytes::new()), scrubber }
    }

    /// The same with a body.
    #[must_use]
    pub(crate) fn with_body(mut self, body: impl FnOnce() -> WireBody) -> Self {
        if self.scrubber.is_some() {
            self.body = match body() {
                WireBody::Whole(bytes) if BodyType::of(&self.media_type()).is_none() && !bytes.is_empty() => {
                    WireBody::Omitted(bytes.len() as u64)
                }
                other => other,
            };
        }
        self
    }

    /// The message without its secrets.
    pub(crate) fn shown(&self) -> RecordedMessage {
        let scrubber = self.scrubber.unwrap_or(Scrubber::new(&[], false));
        let query = Fields(&self.head).find(|(tag, _)| *tag == QUERY).map(|(_, query)| scrubber.form(query));
        let media_type = self.media_type();
        let body = match &self.body {
            WireBody::Whole(bytes) if bytes.len() <= MAX_BODY => scrubbed(&media_type, bytes, &scrubber),
            _ => None,
        };
        let omitted = match &self.body {
            WireBody::Whole(bytes) if bytes.is_empty() || body.is_some() => None,
            WireBody::Whole(bytes) => Some(format!("{} bytes", bytes.len())),
            WireBody::Omitted(length) => Some(format!("{length} bytes")),
            WireBody::Unread => Some("not read".to_owned()),
        };
        let described = |rest| if media_type.is_empty() { rest } else { format!("{media_type}, {rest}") };
        RecordedMessage { query, headers: self.shown_headers(&scrubber), body, body_omitted: omitted.map(described) }
    }

    /// In lower case, without parameters; empty if there is none.
    fn media_type(&self) -> String {
        let is_content_type =
            |position: u8| self.names.get(usize::from(position)).is_some_and(|name| *name == header::CONTENT_TYPE);
        let content_type = Fields(&self.head).find(|(position, _)| is_content_type(*position));
        let text = content_type.and_then(|(_, value)| str::from_utf8(value).ok()).unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The headers without their secrets, in the order of their names.
    fn shown_headers(&self, scrubber: &Scrubber) -> Map<String, Value> {
        let fields = Fields(&self.head);
        let mut values: Vec<_> = fields
            .filter_map(|(position, value)| Some((self.names.get(usize::from(position))?, position, value)))
            .collect();
        values.sort_by_key(|(_, position, _)| *position);
        let mut shown = Map::new();
        for (name, _, value) in values {
            let value = scrubber.header(name, &String::from_utf8_lossy(value));
            match shown.get_mut(name.as_str()) {
                Some(Value::String(joined)) => joined.extend([", ", &value]),
                _ => _ = shown.insert(name.as_str().to_owned(), value.into()),
            }
        }
        shown
    }

    /// How many bytes it takes in the journal.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.head.len() + if let WireBody::Whole(bytes) = &self.body { bytes.len() } else { 0 }
    }
}

/// Without its texts, which may be secrets.
impl fmt::Debug for WireMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WireMessage").finish_non_exhaustive()
    }
}

/// The JSON of a body. An answer with a fault may be none: it is shown as a text, if nothing in it can be secret.
fn scrubbed(media_type: &str, bytes: &Bytes, scrubber: &Scrubber) -> Option<Value> {
    match BodyType::of(media_type)? {
        _ if bytes.is_empty() => None,
        BodyType::Form => Some(scrubber.form(bytes)),
        BodyType::Json => match serde_json::from_slice(bytes) {
            Ok(value) if scrubber.is_idle() => Some(value),
            Ok(value) => Some(scrubber.json(value)),
            Err(_) => scrubber.is_idle().then(|| String::from_utf8_lossy(bytes).into()),
        },
    }
}

/// The types of bodies that are recorded.
#[derive(Clone, Copy)]
enum BodyType {
    Form,
    Json,
}

impl BodyType {
    fn of(media_type: &str) -> Option<Self> {
        match media_type {
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "application/json" => Some(Self::Json),
            _ => media_type.ends_with("+json").then_some(Self::Json),
        }
    }
}

/// The tag of the query. That of a header is the position of its name.
const QUERY: u8 = u8::MAX;

/// Adds a field: its tag (1 byte), its length (4 bytes) and its bytes. Hyper reads no head that is longer than a length can be.
fn push_field(head: &mut Vec<u8>, tag: u8, value: &[u8]) {
    let Ok(length) = u32::try_from(value.len()) else { return };
    head.push(tag);
    head.extend_from_slice(&length.to_ne_bytes());
    head.extend_from_slice(value);
}

/// The fields of a head, in the order in which they were added.
struct Fields<'h>(&'h [u8]);

impl<'h> Iterator for Fields<'h> {
    type Item = (u8, &'h [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&tag, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_ne_bytes(*length) as usize)?;
        self.0 = rest;
        Some((tag, value))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    const SCRUBBER: Scrubber = Scrubber::new(&["code"], false);

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn body(content_type: &'static str, text: &'static str) -> Value {
        let message = WireMessage::of_request(None, &headers(&[("content-type", content_type)]), Some(SCRUBBER));
        json!(message.with_body(|| WireBody::Whole(Bytes::from_static(text.as_bytes()))).shown())
    }

    #[test]
    fn forms_and_json_are_recorded_without_secrets_and_other_bodies_by_size() {
        let form = body("application/x-www-form-urlencoded; charset=utf-8", "code=abc&scope=a&scope=b&state=");
        assert_eq!(form["body"], json!({ "code": "…", "scope": ["a", "b"], "state": "" }));
        assert_eq!(body("application/json", r#"{"a": [{"code": "x"}]}"#)["body"], json!({ "a": [{ "code": "…" }] }));
        assert_eq!(body("application/problem+json", "{}")["body"], json!({}));
        for (content_type, text, omitted) in [
            ("text/html", "<p>", "text/html, 3 bytes"),
            ("application/json", "{\"a\"", "application/json, 4 bytes"),
            ("", "abc", "3 bytes"),
        ] {
            let recorded = body(content_type, text);
            assert_eq!((&recorded["body_omitted"], recorded.get("body")), (&json!(omitted), None));
        }
        assert_eq!(body("application/json", ""), json!({ "headers": { "content-type": "application/json" } }));
    }

    #[test]
    fn a_long_body_and_one_that_was_not_read_are_only_described() {
        let head = || WireMessage::of_request(None, &headers(&[("content-type", "text/plain")]), Some(SCRUBBER));
        let omitted = |body| head().with_body(|| body).shown().body_omitted.unwrap();
        assert_eq!(omitted(WireBody::Omitted(20_000)), "text/plain, 20000 bytes");
        assert_eq!(omitted(WireBody::Unread), "text/plain, not read");
        let long = Bytes::from(vec![b'1'; MAX_BODY + 1]);
        let recorded = WireMessage::of_request(None, &headers(&[("content-type", "application/json")]), Some(SCRUBBER))
            .with_body(|| WireBody::Whole(long))
            .shown();
        assert!(recorded.body.is_none() && recorded.body_omitted.is_some());
    }

    #[test]
    fn only_known_headers_are_recorded_without_their_secrets() {
        let sent = headers(&[
            ("host", "localhost:7801"),
            ("authorization", "Basic Y2xpZW50OnNlY3JldA=="),
            ("cookie", "sid=102abc; DT=xyz"),
            ("x-api-key", "secret"),
        ]);
        let recorded = json!(WireMessage::of_request(Some("code=1&a=b"), &sent, Some(SCRUBBER)).shown());
        let shown = json!({ "host": "localhost:7801", "authorization": "Basic client:…", "cookie": "sid=…; DT=…" });
        assert_eq!(recorded, json!({ "query": { "code": "…", "a": "b" }, "headers": shown }));
        let answered = headers(&[("set-cookie", "sid=102abc; Path=/; HttpOnly"), ("set-cookie", "DT=x"), ("x-a", "b")]);
        let recorded = json!(WireMessage::of_response(&answered, Some(SCRUBBER)).shown());
        assert_eq!(recorded, json!({ "headers": { "set-cookie": "sid=…; Path=/; HttpOnly, DT=…" } }));
    }
}
