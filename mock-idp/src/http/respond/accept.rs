//! Pages or JSON: what the `Accept` header prefers. RFC 9110 12.5.1, as far as browsers and clients use it.

use http::{HeaderMap, header};

/// Whether HTML is named before JSON.
pub(crate) fn prefers_html(request: &HeaderMap) -> bool {
    let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accept.split(',').find_map(|range| match range.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => Some(true),
        "application/json" => Some(false),
        _ => None,
    });
    first.unwrap_or(false)
}

/// Whether JSON is named, before HTML.
pub(crate) fn prefers_json(request: &HeaderMap) -> bool {
    let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !prefers_html(request)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn html_is_preferred_only_if_it_is_named_before_json() {
        let prefers = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            prefers_html(&headers)
        };
        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!prefers("application/json, text/html"));
        assert!(!prefers("*/*"));
        assert!(!prefers_html(&HeaderMap::new()));
    }
}
