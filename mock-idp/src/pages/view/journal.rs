//! What the pages of the journal show.

use mock_idp_core::preview::Why;
use serde_json::Value;

use super::frame::Frame;

/// The journal, with a filter.
#[derive(Clone, Debug)]
pub(crate) struct RequestsView {
    pub frame: Frame,
    pub filter: FilterView,
    /// How many requests the journal has.
    pub all: usize,
    /// How many of them fit the filter.
    pub found: usize,
    /// One for each flow, or one with all requests.
    pub grouped: Vec<FlowView>,
}

/// The filter that was submitted. Empty fields fit everything.
#[derive(Clone, Debug)]
pub(crate) struct FilterView {
    pub method: String,
    pub path: String,
    pub client: String,
    pub user: String,
    /// A status, or its first digits.
    pub status: String,
    /// A part of any text of a request, its notes among them.
    pub text: String,
    /// Id of a flow's first request.
    pub flow: String,
    pub grouped: bool,
}

/// Requests that belong together.
#[derive(Clone, Debug)]
pub(crate) struct FlowView {
    pub title: String,
    pub requests: Vec<RequestRow>,
}

/// One request of the journal.
#[derive(Clone, Debug)]
pub(crate) struct RequestRow {
    pub request_id: String,
    /// The time of day.
    pub time: String,
    pub method: String,
    pub path: String,
    /// 0 if there was no answer.
    pub status: u16,
    pub duration: String,
    pub client: Option<String>,
    pub user: Option<String>,
    pub reason: Option<String>,
    /// Id of the first request of its flow.
    pub flow: Option<String>,
}

/// One request, explained.
#[derive(Clone, Debug)]
pub(crate) struct RequestView {
    pub frame: Frame,
    pub row: RequestRow,
    /// Date and time.
    pub time: String,
    pub why: Why,
    /// Its events in the System Log.
    pub events: Vec<EventRow>,
    /// What was sent and what was answered.
    pub messages: Vec<MessageView>,
}

/// A request or an answer, without its secrets.
#[derive(Clone, Debug)]
pub(crate) struct MessageView {
    pub title: &'static str,
    /// JSON.
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Option<String>,
    /// What a body was that is not shown.
    pub body_omitted: Option<String>,
}

/// An event of the System Log.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    pub kind: String,
    pub message: String,
    pub result: String,
    pub reason: Option<String>,
}

impl EventRow {
    /// The row of an event in Okta's shape.
    pub(crate) fn of(event: &Value) -> Self {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            kind: text("/eventType"),
            message: text("/displayMessage"),
            result: text("/outcome/result"),
            reason: Some(text("/outcome/reason")).filter(|reason| !reason.is_empty()),
        }
    }

    /// The class of its result.
    pub(crate) fn verdict(&self) -> &'static str {
        if matches!(self.result.as_str(), "SUCCESS" | "ALLOW") { "matched" } else { "refused" }
    }
}

impl RequestsView {
    pub(crate) fn methods(&self) -> &'static [&'static str] {
        &["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"]
    }

    pub(crate) fn shown(&self) -> usize {
        self.grouped.iter().map(|flow| flow.requests.len()).sum()
    }
}

impl FilterView {
    pub(crate) fn is_on(&self) -> bool {
        let texts = [&self.method, &self.path, &self.client, &self.user, &self.status, &self.text, &self.flow];
        self.grouped || texts.into_iter().any(|text| !text.is_empty())
    }
}

impl FlowView {
    /// All requests, whatever they belong to.
    pub(crate) fn all(requests: Vec<RequestRow>) -> Self {
        Self { title: String::new(), requests }
    }

    /// The requests of one flow, or those of none. They come with the newest first, and are shown in the order of time.
    pub(crate) fn of(mut requests: Vec<RequestRow>) -> Self {
        let Some(first) = requests.last() else { return Self::all(requests) };
        if first.flow.is_none() {
            return Self { title: "Other requests".to_owned(), requests };
        }
        let user = requests.iter().find_map(|row| row.user.as_deref());
        let user = user.map(|user| format!(" for {user}")).unwrap_or_default();
        let title = format!("{}: {}{user}", first.time, first.client.as_deref().unwrap_or("no client"));
        requests.reverse();
        Self { title, requests }
    }
}

impl RequestRow {
    /// The path, cut where a line may break: before each `/`.
    pub(crate) fn path_parts(&self) -> Vec<&str> {
        let mut parts = Vec::new();
        let mut rest = self.path.as_str();
        while let Some(at) = rest.get(1..).and_then(|after| after.find('/')) {
            let (part, after) = rest.split_at(at + 1);
            parts.push(part);
            rest = after;
        }
        parts.push(rest);
        parts
    }

    /// The class of its status.
    pub(crate) fn verdict(&self) -> &'static str {
        match self.status {
            0 | 400.. => "refused",
            300..400 => "passed",
            _ => "matched",
        }
    }
}
