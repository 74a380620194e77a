//! Preflight requests: what scripts of other origins may send. Fetch 4.8; which origins those are is in the headers that every
//! shared answer gets.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::http::extract::AtServer;
use crate::journal::Explained;
use crate::routing::{Decided, Matched, Readers};

/// Seconds for which a preflight answer is valid.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// Answers OPTIONS with the methods whose answers are shared.
pub(super) async fn answer(_: AtServer, matched: Matched, request: HeaderMap) -> Decided {
    let mut methods: Vec<&str> = matched.shared_methods().map(http::Method::as_str).collect();
    // Whether the path exists is not known before the request itself.
    if methods.is_empty() {
        methods.extend(request.get(header::ACCESS_CONTROL_REQUEST_METHOD).and_then(|method| method.to_str().ok()));
    }
    let of_api = matched.readers() == Readers::TrustedOriginsOfApi;
    // Okta: its authentication API names OPTIONS too.
    methods.extend(of_api.then_some("OPTIONS"));
    let mut response = allowing(&request, &methods.join(", "));
    if of_api {
        // Okta: 200, and Content-Type is allowed as well, as recorded.
        *response.status_mut() = StatusCode::OK;
        if let Some(wanted) = response.headers_mut().get_mut(header::ACCESS_CONTROL_ALLOW_HEADERS)
            && let Ok(allowed) = HeaderValue::from_bytes(&[wanted.as_bytes(), b",Content-Type"].concat())
        {
            *wanted = allowed;
        }
    }
    Explained::undecided(response)
}

fn allowing(request: &HeaderMap, methods: &str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    if let Ok(methods) = HeaderValue::from_str(methods) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    let wanted = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(wanted) = wanted.filter(|wanted| wanted.to_str().is_ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}
