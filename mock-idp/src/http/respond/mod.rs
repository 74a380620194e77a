//! How answers are written: one renderer for each shape of error.

pub mod api_error;
pub(crate) mod challenge;
pub(crate) mod oauth_error;
pub(crate) mod page;

use http::{HeaderMap, HeaderName};

/// Every value of a header; what is no text becomes one that stands for nothing.
pub(crate) fn texts(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

/// A header's value as text; `None` when it is absent or no text.
pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
