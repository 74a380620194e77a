//! Cross-origin requests. Okta: documents and keys for anyone, the token endpoint for whoever its own rules let through, the
//! rest for trusted origins.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use mock_idp_core::org::Org;

use crate::http::extract::AtServer;

/// What scripts may read beside the body.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "DPoP-Nonce, WWW-Authenticate, X-Okta-Request-Id, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset",
);
/// Seconds for which a preflight holds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// The page's origin that a request comes from, if a browser says so.
#[derive(Clone, Debug)]
pub(in crate::http) struct Origin(Option<HeaderValue>);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // RFC 6454 6.2: ASCII. It is echoed, so that nothing else may get in.
        Ok(Self(parts.headers.get(header::ORIGIN).filter(|origin| origin.to_str().is_ok()).cloned()))
    }
}

impl Origin {
    /// As text; `None` when there is none.
    pub(in crate::http) fn text(&self) -> Option<String> {
        self.0.as_ref().and_then(|origin| origin.to_str().ok()).map(str::to_owned)
    }
}

/// Echoes any origin, with credentials.
pub(in crate::http) fn allow_anyone(Origin(origin): &Origin, response: &mut Response) {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        allow(origin, response);
    }
}

/// Echoes an origin that the org trusts; another gets the same body without these headers.
pub(in crate::http) fn allow_trusted(org: &Org, Origin(origin): &Origin, response: &mut Response) {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin
        && origin.to_str().is_ok_and(|origin| org.trusts_origin(origin))
    {
        allow(origin, response);
    }
}

fn allow(origin: &HeaderValue, response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// Preflight of the token endpoint: any origin passes, the POST itself is judged by the client's rules.
pub(in crate::http) async fn preflight_of_token(_: AtServer, origin: Origin, headers: HeaderMap) -> Response {
    let mut response = answer(&headers, HeaderValue::from_static("POST"));
    allow_anyone(&origin, &mut response);
    response
}

/// Preflight of what anyone may read.
pub(in crate::http) async fn preflight_of_public(_: AtServer, origin: Origin, headers: HeaderMap) -> Response {
    let mut response = answer(&headers, HeaderValue::from_static("GET"));
    allow_anyone(&origin, &mut response);
    response
}

/// Preflight of what trusted origins may call.
pub(in crate::http) async fn preflight(AtServer(call): AtServer, origin: Origin, headers: HeaderMap) -> Response {
    let mut response = answer(&headers, HeaderValue::from_static("GET, POST"));
    allow_trusted(&call.org, &origin, &mut response);
    response
}

/// Preflight of the API that signs users in. Okta: 200, as recorded.
pub(in crate::http) async fn preflight_of_api(
    AtServer(call): AtServer,
    origin: Origin,
    headers: HeaderMap,
) -> Response {
    let mut response = answer(&headers, HeaderValue::from_static("POST, OPTIONS"));
    *response.status_mut() = StatusCode::OK;
    allow_trusted(&call.org, &origin, &mut response);
    response
}

fn answer(request: &HeaderMap, methods: HeaderValue) -> Response {
    const REQUEST_HEADERS: HeaderName = header::ACCESS_CONTROL_REQUEST_HEADERS;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    if let Some(asked) = request.get(REQUEST_HEADERS).filter(|asked| asked.to_str().is_ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}
