//! Shortens the record of scenarios with an expected result, so that a report of a thousand scenarios stays small.
//!
//! Scenarios with an unexpected result keep everything.

use std::collections::BTreeMap;

use crate::record::run::ScenarioRecord;
use crate::record::{Entry, Exchange, Verdict};

/// The longest body of a response.
const MAX_BODY: usize = 140;

/// How much is kept of a signed token in a request. It could not be sent again anyway: its signature is masked.
const MAX_TOKEN: usize = 40;

/// How the mask of a signature begins.
const MASKED_SIGNATURE: &str = "‹signature:";

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
            .map(|(name, value)| (name, with_short_tokens(&value)))
            .collect(),
        request_body: with_short_tokens(&exchange.request_body),
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

/// The text with the beginnings of its signed tokens.
fn with_short_tokens(text: &str) -> String {
    let is_in_token = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let Some((before, last)) = text.rsplit_once(MASKED_SIGNATURE) else { return text.to_owned() };
    let shortened = before.split(MASKED_SIGNATURE).map(|part| {
        let start = part.trim_end_matches(is_in_token).len();
        let kept = part.len().min(start + MAX_TOKEN);
        let gap = if kept < part.len() { "…" } else { "" };
        format!("{}{gap}{MASKED_SIGNATURE}", &part[..kept])
    });
    shortened.collect::<String>() + last
}

fn tenths(millis: f64) -> f64 {
    (millis * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_token_of_a_request_keeps_its_beginning() {
        let (long, short) = (format!("eyJhbGciOiJSUzI1NiJ9.{}.", "x".repeat(400)), "eyJ9.e30.");
        let text = format!("a={long}‹signature:1f›&b={short}‹signature:2f›&c=d");
        let kept = "eyJhbGciOiJSUzI1NiJ9.xxxxxxxxxxxxxxxxxxx";
        assert_eq!(with_short_tokens(&text), format!("a={kept}…‹signature:1f›&b={short}‹signature:2f›&c=d"));
        let whole = format!("a={}", "x".repeat(400));
        assert_eq!(with_short_tokens(&whole), whole);
    }
}
