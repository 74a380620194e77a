//! Shortens the record of scenarios with an expected result, so that a report of a thousand scenarios stays small.
//!
//! Scenarios with an unexpected result keep everything.

use std::collections::BTreeMap;

use crate::record::run::ScenarioRecord;
use crate::record::{Entry, Exchange, Verdict};

/// The longest body.
const MAX_BODY: usize = 140;

/// The number of scenarios with an unexpected result that keep everything.
pub(super) const MAX_WHOLE: usize = 60;

/// Headers that say nothing about a flow.
const DULL_HEADERS: [&str; 25] = [
    "accept",
    "accept-ch",
    "access-control-expose-headers",
    "cache-control",
    "content-length",
    "content-security-policy",
    "date",
    "expires",
    "p3p",
    "pragma",
    "referrer-policy",
    "report-to",
    "server",
    "strict-transport-security",
    "user-agent",
    "vary",
    "x-content-type-options",
    "x-fapi-interaction-id",
    "x-frame-options",
    "x-okta-request-id",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-robots-tag",
    "x-xss-protection",
];

/// The record with passed checks counted instead of listed, and with shortened exchanges.
pub(super) fn condensed(record: &ScenarioRecord) -> ScenarioRecord {
    let mut entries: Vec<Entry> = Vec::new();
    for entry in &record.entries {
        match entry {
            Entry::Finding(finding) if finding.verdict == Verdict::Pass => match entries.last_mut() {
                Some(Entry::Passed { checks }) => *checks.entry(finding.check.clone()).or_default() += 1,
                _ => entries.push(Entry::Passed { checks: BTreeMap::from([(finding.check.clone(), 1)]) }),
            },
            Entry::Exchange(exchange) => entries.push(Entry::Exchange(shortened(exchange))),
            other => entries.push(other.clone()),
        }
    }
    ScenarioRecord { millis: tenths(record.millis), entries, ..record.clone() }
}

fn shortened(exchange: &Exchange) -> Exchange {
    let telling = |headers: &[(String, String)]| -> Vec<(String, String)> {
        headers.iter().filter(|(name, _)| !DULL_HEADERS.contains(&name.as_str())).cloned().collect()
    };
    Exchange {
        // The type of the body can be seen in it.
        request_headers: telling(&exchange.request_headers)
            .into_iter()
            .filter(|(name, _)| name != "content-type")
            .collect(),
        response_headers: telling(&exchange.response_headers),
        response_body: cut(&exchange.response_body),
        millis: tenths(exchange.millis),
        ..exchange.clone()
    }
}

fn cut(body: &str) -> String {
    match body.char_indices().nth(MAX_BODY) {
        Some((end, _)) => format!("{} … {} more characters", &body[..end], body[end..].chars().count()),
        None => body.to_owned(),
    }
}

fn tenths(millis: f64) -> f64 {
    (millis * 10.0).round() / 10.0
}
