//! The journal, and the explanation of one request.

use std::collections::HashMap;

use axum::response::{IntoResponse as _, Response};
use mock_idp_core::preview::Why;
use mock_idp_core::protocol::Parameters;
use serde_json::Value;

use super::response::{frame, page};
use crate::clock::{rfc3339, time_of_day};
use crate::control::flows::flows;
use crate::control::requests::unknown;
use crate::journal::{JournalEntry, RecordedMessage};
use crate::pages::view::{
    ConsoleView, EventRow, FilterView, FlowView, MessageView, RequestRow, RequestView, RequestsView,
};
use crate::routing::{At, PathParameters, Query};

/// The largest number of requests on the page.
const MAX_ROWS: usize = 200;

pub(in crate::control) async fn requests(At(address): At, Query(query): Query) -> Response {
    let mut entries = address.org.journal.latest(usize::MAX);
    let all = entries.len();
    entries.reverse();
    let flows = flows(&entries);
    let filter = filter(&query);
    let mut rows: Vec<RequestRow> = entries
        .iter()
        .zip(flows)
        .filter(|(entry, flow)| matches(&filter, entry, *flow))
        .map(|(entry, flow)| row(entry, flow))
        .collect();
    rows.reverse();
    let found = rows.len();
    rows.truncate(MAX_ROWS);
    let grouped = if filter.grouped { grouped(rows) } else { vec![FlowView::all(rows)] };
    page(&ConsoleView::Requests(Box::new(RequestsView { frame: frame(&address), filter, all, found, grouped })))
}

pub(in crate::control) async fn request(At(address): At, path: PathParameters) -> Response {
    let request_id = path.get("request_id");
    let mut entries = address.org.journal.latest(usize::MAX);
    entries.reverse();
    let position = entries.iter().position(|entry| entry.request_id.as_str() == request_id);
    let Some(position) = position else {
        return unknown(&address, &request_id).into_response();
    };
    let entry = &entries[position];
    let recorded = address.org.journal.find(&request_id);
    let messages = recorded.map_or([None, None], |recorded| [recorded.request, recorded.response]);
    let view = RequestView {
        frame: frame(&address),
        row: row(entry, flows(&entries)[position]),
        time: rfc3339(entry.time),
        why: Why::of(&entry.notes),
        messages: ["Request", "Answer"]
            .into_iter()
            .zip(messages)
            .filter_map(|(title, message)| Some(shown(title, message?.shown())))
            .collect(),
        events: entry.events().iter().map(EventRow::of).collect(),
    };
    page(&ConsoleView::Request(Box::new(view)))
}

fn shown(title: &'static str, message: RecordedMessage) -> MessageView {
    let pretty = |json: Value| serde_json::to_string_pretty(&json).unwrap_or_default();
    let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
    MessageView {
        title,
        query: message.query.map(pretty),
        headers: message.headers.into_iter().map(|(name, value)| (name, text(value))).collect(),
        body: message.body.map(pretty),
        body_omitted: message.body_omitted,
    }
}

fn filter(query: &Parameters) -> FilterView {
    let get = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
    FilterView {
        method: get("method"),
        path: get("path"),
        client: get("client"),
        user: get("user"),
        status: get("status"),
        text: get("text"),
        flow: get("flow"),
        grouped: query.get("group") == Some("flow"),
    }
}

fn matches(filter: &FilterView, entry: &JournalEntry, flow: Option<&str>) -> bool {
    let contains = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    let within =
        |text: &Option<String>, part: &str| part.is_empty() || text.as_deref().is_some_and(|text| contains(text, part));
    let status = entry.status.to_string();
    // `4` and `4xx` are classes.
    let status_begins = filter.status.trim_end_matches(['x', 'X']);
    let texts = [Some(&entry.path), entry.client.as_ref(), entry.user.as_ref(), entry.reason.as_ref()];
    let notes = || entry.notes.iter().filter_map(|note| serde_json::to_string(note).ok());
    (filter.method.is_empty() || entry.method.as_str().eq_ignore_ascii_case(&filter.method))
        && contains(&entry.path, &filter.path)
        && within(&entry.client, &filter.client)
        && within(&entry.user, &filter.user)
        && status.starts_with(status_begins)
        && (filter.flow.is_empty() || flow == Some(filter.flow.as_str()))
        && (filter.text.is_empty()
            || texts.into_iter().flatten().any(|text| contains(text, &filter.text))
            || entry.request_id.as_str() == filter.text
            || notes().any(|note| contains(&note, &filter.text)))
}

fn row(entry: &JournalEntry, flow: Option<&str>) -> RequestRow {
    RequestRow {
        request_id: entry.request_id.to_string(),
        time: time_of_day(entry.time),
        method: entry.method.to_string(),
        path: entry.path.clone(),
        status: entry.status,
        duration: duration(entry.ms),
        client: entry.client.clone(),
        user: entry.user.clone(),
        reason: entry.reason.clone(),
        flow: flow.map(str::to_owned),
    }
}

fn duration(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// The flows, that with the newest request first, each in the order of time; then the requests of no flow.
fn grouped(rows: Vec<RequestRow>) -> Vec<FlowView> {
    let mut order: Vec<Option<String>> = Vec::new();
    let mut by_flow: HashMap<Option<String>, Vec<RequestRow>> = HashMap::new();
    for row in rows {
        let flow = row.flow.clone();
        if !by_flow.contains_key(&flow) {
            order.push(flow.clone());
        }
        by_flow.entry(flow).or_default().push(row);
    }
    order.sort_by_key(Option::is_none);
    order.iter().filter_map(|flow| by_flow.remove(flow)).map(FlowView::of).collect()
}
