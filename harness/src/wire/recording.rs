//! Turns a request and its response into an entry of the record.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use super::reply::Reply;
use crate::record::{Exchange, Recorder};

/// Records a request and its response with secrets masked.
pub(super) fn record(recorder: &Recorder, request: (&Method, &HeaderMap, &str), reply: &Reply, took: Duration) {
    let (method, headers, body) = request;
    let scrubber = recorder.scrubber();
    let pairs = |headers: &HeaderMap| -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let value = scrubber.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
                (name.as_str().to_owned(), value)
            })
            .collect()
    };
    // The response first: secrets that it names are then masked in the request too.
    let response_headers = pairs(&reply.headers);
    let response_body = scrubber.body(reply.content_type(), &reply.body);
    let request_headers = pairs(headers);
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let request_body = scrubber.body(kind, body);
    let url = scrubber.url(reply.url.as_str());
    recorder.exchange(Exchange {
        method: method.as_str().to_owned(),
        url,
        request_headers,
        request_body,
        status: reply.status,
        response_headers,
        response_body,
        millis: took.as_secs_f64() * 1000.0,
    });
}
