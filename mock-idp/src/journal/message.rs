//! Requests and answers as they were on the wire, without their secrets.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, header};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
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

/// A request or an answer. What is secret is `…`; of the tokens that the mock signs only the signature.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub(crate) struct RecordedMessage {
    /// The parameters of a query. One that is repeated is a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<JsonText>,
    pub headers: HeaderTexts,
    /// A JSON body, or the parameters of a form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<JsonText>,
    /// What a body was that is not recorded: another media type, or longer than 16 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_omitted: Option<String>,
}

/// A body on the wire.
#[derive(Debug)]
pub(crate) enum WireBody {
    Whole(Bytes),
    /// So many bytes, which are too many to record.
    TooLong(u64),
    /// It was not read to its end.
    Unread,
}

impl RecordedMessage {
    /// The head of a request.
    pub(crate) fn of_request(query: Option<&str>, headers: &HeaderMap, scrubber: &Scrubber) -> Self {
        let query = query.map(|query| JsonText::of(&scrubber.form(query.as_bytes())));
        Self { query, headers: HeaderTexts::of(&REQUEST_HEADERS, headers, scrubber), ..Self::default() }
    }

    /// The head of an answer.
    pub(crate) fn of_response(headers: &HeaderMap, scrubber: &Scrubber) -> Self {
        Self { headers: HeaderTexts::of(&RESPONSE_HEADERS, headers, scrubber), ..Self::default() }
    }

    /// The same with a body.
    #[must_use]
    pub(crate) fn with_body(mut self, body: WireBody, scrubber: &Scrubber) -> Self {
        let content_type = self.headers.get(&header::CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let described = |rest: String| Some(if media_type.is_empty() { rest } else { format!("{media_type}, {rest}") });
        match body {
            WireBody::Whole(bytes) if bytes.is_empty() => {}
            WireBody::Whole(bytes) if bytes.len() <= MAX_BODY => {
                self.body = scrubbed(&media_type, &bytes, scrubber);
                if self.body.is_none() {
                    self.body_omitted = described(format!("{} bytes", bytes.len()));
                }
            }
            WireBody::Whole(bytes) => self.body_omitted = described(format!("{} bytes", bytes.len())),
            WireBody::TooLong(length) => self.body_omitted = described(format!("{length} bytes")),
            WireBody::Unread => self.body_omitted = described("not read".to_owned()),
        }
        self
    }

    /// About how many bytes of memory it takes.
    pub(super) fn size(message: Option<&Arc<Self>>) -> usize {
        let Some(message) = message else { return 0 };
        let texts = [&message.query, &message.body].into_iter().flatten().map(|text| text.0.len()).sum::<usize>();
        let headers: usize =
            message.headers.0.iter().map(|(_, value)| value.len() + size_of::<(HeaderName, String)>()).sum();
        size_of::<Self>() + texts + headers + message.body_omitted.as_ref().map_or(0, String::len)
    }
}

fn scrubbed(media_type: &str, bytes: &Bytes, scrubber: &Scrubber) -> Option<JsonText> {
    match media_type {
        "application/x-www-form-urlencoded" => Some(JsonText::of(&scrubber.form(bytes))),
        _ if media_type != "application/json" && !media_type.ends_with("+json") => None,
        _ if scrubber.is_idle() => Some(JsonText(bytes.clone())),
        _ => Some(JsonText::of(&scrubber.json(serde_json::from_slice(bytes).ok()?))),
    }
}

/// JSON as text, which takes less memory than its values. An answer with a fault may be no JSON: it is shown as a text.
#[derive(Clone, Debug)]
pub(crate) struct JsonText(Bytes);

impl JsonText {
    fn of(value: &Value) -> Self {
        Self(value.to_string().into())
    }

    fn value(&self) -> Value {
        serde_json::from_slice(&self.0).unwrap_or_else(|_| String::from_utf8_lossy(&self.0).into())
    }

    /// Its values, on several lines.
    pub(crate) fn pretty(&self) -> String {
        serde_json::to_string_pretty(&self.value()).unwrap_or_default()
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl JsonSchema for JsonText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Value>()
    }
}

/// Headers, without their secrets. Values of one name are joined.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderTexts(Vec<(HeaderName, String)>);

impl HeaderTexts {
    fn of(names: &[HeaderName], headers: &HeaderMap, scrubber: &Scrubber) -> Self {
        let shown = |name: &HeaderName| {
            let values: Vec<String> = headers
                .get_all(name)
                .iter()
                .map(|value| scrubber.header(name, &String::from_utf8_lossy(value.as_bytes())))
                .collect();
            (!values.is_empty()).then(|| (name.clone(), values.join(", ")))
        };
        Self(names.iter().filter_map(shown).collect())
    }

    /// In the order in which they are shown.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn get(&self, name: &HeaderName) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Serialize for HeaderTexts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl JsonSchema for HeaderTexts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Headers".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Map<String, Value>>()
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
        let message = RecordedMessage::of_request(None, &headers(&[("content-type", content_type)]), &SCRUBBER);
        json!(message.with_body(WireBody::Whole(Bytes::from_static(text.as_bytes())), &SCRUBBER))
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
        let head = || RecordedMessage::of_request(None, &headers(&[("content-type", "text/plain")]), &SCRUBBER);
        let omitted = |body| head().with_body(body, &SCRUBBER).body_omitted.unwrap();
        assert_eq!(omitted(WireBody::TooLong(20_000)), "text/plain, 20000 bytes");
        assert_eq!(omitted(WireBody::Unread), "text/plain, not read");
        let long = Bytes::from(vec![b'1'; MAX_BODY + 1]);
        let recorded = RecordedMessage::of_request(None, &headers(&[("content-type", "application/json")]), &SCRUBBER)
            .with_body(WireBody::Whole(long), &SCRUBBER);
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
        let recorded = json!(RecordedMessage::of_request(Some("code=1&a=b"), &sent, &SCRUBBER));
        let shown = json!({ "host": "localhost:7801", "authorization": "Basic client:…", "cookie": "sid=…; DT=…" });
        assert_eq!(recorded, json!({ "query": { "code": "…", "a": "b" }, "headers": shown }));
        let answered = headers(&[("set-cookie", "sid=102abc; Path=/; HttpOnly"), ("set-cookie", "DT=x"), ("x-a", "b")]);
        let recorded = json!(RecordedMessage::of_response(&answered, &SCRUBBER));
        assert_eq!(recorded, json!({ "headers": { "set-cookie": "sid=…; Path=/; HttpOnly, DT=…" } }));
    }
}
