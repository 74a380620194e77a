//! HAR files, as browsers and proxies save them. HTTP Archive 1.2.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use url::Url;

use super::entry::{RawRequest, TapeLine};
use crate::record::scrub::Scrubber;
use crate::wire::Reply;

/// Why a HAR file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HarError {
    #[error("it is not a HAR file: {0}")]
    Format(#[from] serde_json::Error),
    #[error("it has no requests to {0}")]
    NoRequest(String),
    #[error("it has no requests")]
    Empty,
}

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<ArchivedExchange>,
}

#[derive(Deserialize)]
struct ArchivedExchange {
    request: ArchivedRequest,
    response: ArchivedResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArchivedRequest {
    method: String,
    url: Url,
    #[serde(default)]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    #[serde(default)]
    mime_type: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct ArchivedResponse {
    status: u16,
    #[serde(default)]
    headers: Vec<ArchivedHeader>,
    #[serde(default)]
    content: Content,
}

#[derive(Deserialize)]
struct ArchivedHeader {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    mime_type: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    encoding: String,
}

/// The requests of a HAR file to a target, without secrets. Without a target: those to the host of the first request.
///
/// # Errors
/// The text is not a HAR file, or has no request to the target.
pub fn read_har(text: &str, target: Option<&Url>) -> Result<Vec<TapeLine>, HarError> {
    let Archive { log: Log { entries } } = serde_json::from_str(text)?;
    let first = entries.first().ok_or(HarError::Empty)?;
    let origin = target.unwrap_or(&first.request.url).origin();
    let scrubber = Scrubber::default();
    let of_target = entries.iter().filter(|entry| entry.request.url.origin() == origin);
    let origin = origin.ascii_serialization();
    // Those that were blocked or failed have the status 0.
    let lines: Vec<TapeLine> =
        of_target.filter(|entry| entry.response.status > 0).map(|entry| line(entry, &origin, &scrubber)).collect();
    if lines.is_empty() { Err(HarError::NoRequest(origin)) } else { Ok(lines) }
}

fn line(entry: &ArchivedExchange, origin: &str, scrubber: &Scrubber) -> TapeLine {
    let ArchivedExchange { request, response } = entry;
    let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{query}", request.url.path());
    let mut headers = HeaderMap::new();
    for ArchivedHeader { name, value } in &response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.to_lowercase()), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    if !headers.contains_key("content-type")
        && let Ok(kind) = HeaderValue::from_str(&response.content.mime_type)
    {
        headers.insert("content-type", kind);
    }
    let reply = Reply { status: response.status, headers, body: body(&response.content), url: request.url.clone() };
    let posted = request.post_data.as_ref();
    let request = RawRequest {
        method: &request.method,
        path: &path,
        media_type: posted.map_or("", |posted| &posted.mime_type),
        body: posted.map_or("", |posted| &posted.text),
    };
    TapeLine::scrubbed(request, &reply, origin, scrubber)
}

fn body(content: &Content) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    if content.encoding != "base64" {
        return content.text.clone();
    }
    let decoded = STANDARD.decode(&content.text).unwrap_or_default();
    String::from_utf8_lossy(&decoded).into_owned()
}
