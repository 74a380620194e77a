//! A line of a tape.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::origin::without_origin;
use crate::record::scrub::Scrubber;
use crate::wire::Reply;

/// A request and its answer, without secrets.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct TapeLine {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The media type of the request.
    #[serde(default)]
    pub request_type: Option<String>,
    /// The body as it was sent.
    #[serde(default)]
    pub request: Option<String>,
    pub status: u16,
    /// The headers that say more than the transport.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body as it came.
    #[serde(default)]
    pub answer: Option<String>,
}

/// The headers of answers that a tape keeps.
const KEPT: [&str; 8] = [
    "cache-control",
    "content-type",
    "link",
    "location",
    "retry-after",
    "www-authenticate",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
];

/// Why a tape cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct TapeError {
    line: usize,
    column: usize,
    reason: String,
}

/// The request of a line before it is scrubbed.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawRequest<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) media_type: &'a str,
    pub(super) body: &'a str,
}

impl TapeLine {
    /// A line without secrets. URLs of the org have the origin of tapes.
    pub(super) fn scrubbed(request: RawRequest<'_>, reply: &Reply, origin: &str, scrubber: &Scrubber) -> Self {
        let kept = reply.headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
        let text = |text: String| without_origin(&text, origin);
        // The answer first: secrets that it names are then masked in the request too.
        let headers = kept.map(|(name, value)| {
            let value = scrubber.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
            (name.as_str().to_owned(), text(value))
        });
        let headers = headers.collect();
        let answer = scrubber.body(reply.content_type(), &reply.body);
        let body = scrubber.body(request.media_type, request.body);
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            method: request.method.to_owned(),
            path: scrubber.url(request.path),
            request_type: given(request.media_type.to_owned()),
            request: given(text(body)),
            status: reply.status,
            headers,
            answer: given(text(answer)),
        }
    }

    /// Method and path without query.
    #[must_use]
    pub fn operation(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// Reads the lines of a tape.
///
/// # Errors
/// A line is not one of a tape.
pub fn read_tape(text: &str) -> Result<Vec<TapeLine>, TapeError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let error = |error: serde_json::Error| TapeError {
                line: index + 1,
                column: error.column(),
                reason: error.to_string(),
            };
            serde_json::from_str(line).map_err(error)
        })
        .collect()
}
