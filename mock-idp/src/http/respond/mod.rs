//! How answers are written: one renderer for each shape of error.

pub mod api_error;
pub(crate) mod oauth_error;
pub(crate) mod page;

use http::{HeaderMap, HeaderName};

/// A header's value as text; `None` when it is absent or no text.
pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
