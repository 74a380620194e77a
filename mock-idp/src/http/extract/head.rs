//! The head of a request, and single headers.

use http::request::Parts;
use http::{HeaderMap, HeaderName, header};

use crate::routing::{Decided, FromHead};

/// The whole head, for answers that depend on what the request prefers.
#[derive(Debug)]
pub(crate) struct RequestHead(pub(crate) Parts);

impl FromHead for RequestHead {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(Self(head.clone()))
    }
}

/// The origin of the page that sends a request, if the browser names one.
#[derive(Clone, Debug)]
pub(crate) struct Origin(pub(crate) Option<String>);

impl FromHead for Origin {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(Self(header_text(&head.headers, header::ORIGIN)))
    }
}

/// Every value of a header; invalid UTF-8 is replaced.
pub(crate) fn header_texts(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

/// A header's value; `None` if it is absent or not ASCII.
pub(crate) fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
