//! Sends the requests of a tape to a target and compares the answers.

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::compare::{Comparison, Difference, DifferenceType};
use super::entry::TapeLine;
use super::expected::ExpectedDifferences;
use super::ids::IdTranslation;
use super::masked::with_values;
use super::origin::with_origin;
use crate::wire::{Body, Http, Reply, Request, WireError};

/// Where a tape is replayed.
#[derive(Clone, Debug)]
pub struct ReplayTarget {
    pub http: Http,
    /// The base URL of the org.
    pub base: Url,
    /// An API token of the org.
    pub token: String,
    /// Whether keys that were not recorded are differences.
    pub extra: bool,
}

/// The result of a tape.
#[derive(Clone, Debug, Serialize)]
pub struct TapeResult {
    pub tape: String,
    pub lines: Vec<LineResult>,
}

/// The result of one request.
#[derive(Clone, Debug, Serialize)]
pub struct LineResult {
    /// From 1.
    pub line: usize,
    /// Method and path without query.
    pub operation: String,
    /// The differences that no entry explains.
    pub differences: Vec<Difference>,
    /// Those that are known, with their reasons.
    pub expected: Vec<(Difference, String)>,
}

impl TapeResult {
    /// Whether all answers are as recorded, but for known differences.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lines.iter().all(|line| line.differences.is_empty())
    }
}

/// Replays a tape.
///
/// # Errors
/// The target does not answer.
pub async fn replay(
    name: &str,
    lines: &[TapeLine],
    target: &ReplayTarget,
    expected: &mut ExpectedDifferences,
) -> Result<TapeResult, WireError> {
    let mut ids = IdTranslation::default();
    let mut results = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let operation = line.operation();
        expected.note(name, &operation);
        let body = line.request.as_deref().map(|body| translated(body, &ids, target)).unwrap_or_default();
        let path = translated(&line.path, &ids, target);
        let reply = target.send(line, &with_values(&path), &with_values(&body)).await?;
        let found = target.compare(line, &reply, &body, &mut ids);
        let mut result = LineResult { line: index + 1, operation, differences: Vec::new(), expected: Vec::new() };
        for difference in found {
            match expected.reason(name, &result.operation, &difference) {
                Some(reason) => result.expected.push((difference, reason)),
                None => result.differences.push(difference),
            }
        }
        results.push(result);
    }
    Ok(TapeResult { tape: name.to_owned(), lines: results })
}

fn translated(text: &str, ids: &IdTranslation, target: &ReplayTarget) -> String {
    ids.translate(&with_origin(text, target.base.as_str()))
}

impl ReplayTarget {
    async fn send(&self, line: &TapeLine, path: &str, body: &str) -> Result<Reply, WireError> {
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let unusable =
            |reason: String| WireError::Unreadable { url: url.clone(), wanted: "the path of a tape", reason };
        let url = Url::parse(&url).map_err(|error| unusable(error.to_string()))?;
        let method = Method::from_bytes(line.method.as_bytes()).map_err(|error| unusable(error.to_string()))?;
        let media_type = line.request_type.as_deref().unwrap_or("application/json");
        let body = if body.is_empty() { Body::None } else { Body::Text(body.to_owned()) };
        let mut request = Request::new(method, url, body).header(ACCEPT.as_str(), "application/json")?;
        if line.request.is_some() || matches!(line.method.as_str(), "POST" | "PUT") {
            request = request.header(CONTENT_TYPE.as_str(), media_type)?;
        }
        let request = request.header(AUTHORIZATION.as_str(), &format!("SSWS {}", self.token))?;
        self.http.send(request).await
    }

    fn compare(&self, line: &TapeLine, reply: &Reply, sent: &str, ids: &mut IdTranslation) -> Vec<Difference> {
        if reply.status != line.status {
            let live = format!("{} {}", reply.status, beginning(&reply.body));
            let recorded = line.status.to_string();
            return vec![Difference { kind: DifferenceType::Status, path: String::new(), recorded, live }];
        }
        let Some(recorded) = line.answer.as_deref().and_then(|answer| serde_json::from_str::<Value>(answer).ok())
        else {
            return Vec::new();
        };
        let Ok(live) = serde_json::from_str::<Value>(&reply.body) else {
            let (recorded, live) = ("JSON".to_owned(), beginning(&reply.body));
            return vec![Difference { kind: DifferenceType::Type, path: String::new(), recorded, live }];
        };
        ids.learn(&recorded, &live, sent);
        let recorded = translated(&recorded.to_string(), ids, self);
        let recorded = serde_json::from_str(&recorded).unwrap_or_default();
        Comparison { sent, extra: self.extra }.differences(&recorded, &live)
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(120).collect()
}
