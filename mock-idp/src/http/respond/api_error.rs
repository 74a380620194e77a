//! Okta's API error envelope: `errorCode`, `errorSummary`, `errorLink`, `errorId`, `errorCauses`.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use mock_idp_core::management::ApiRefusal;
use mock_idp_core::sign_in::view::{ErrorView, PageView};
use rand::RngExt as _;
use serde_json::json;

use crate::http::extract::PageFrame;
use crate::http::respond::page;
use crate::journal::Explanation;

/// An error in Okta's API shape. Public half only; the inside reason travels beside it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiError {
    pub status: StatusCode,
    /// `E0000007`, or an OAuth code where Okta puts one into this envelope.
    pub code: Cow<'static, str>,
    pub summary: Cow<'static, str>,
    pub causes: Vec<String>,
}

impl ApiError {
    /// An error without causes.
    #[must_use]
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, summary: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), summary: summary.into(), causes: Vec::new() }
    }

    /// `E0000008`: nothing is at this path.
    #[must_use]
    pub fn path_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "E0000008", "The requested path was not found")
    }

    /// `E0000022`: something is at this path, for another method.
    #[must_use]
    pub fn method_not_supported() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "E0000022", summary)
    }

    /// `E0000009`.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "E0000009", "Internal Server Error")
    }

    /// `E0000010`.
    #[must_use]
    pub fn read_only() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "E0000010", "Service is in read only mode")
    }

    /// `E0000047`.
    #[must_use]
    pub fn too_many_requests() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "E0000047", summary)
    }

    /// The answer, with the inside reason for journal and log.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Response {
        let mut response = self.into_response();
        let reason = Some(reason.into());
        response.extensions_mut().insert(Explanation { reason, ..Explanation::default() });
        response
    }

    /// The answer as a page for whoever prefers one, as the envelope for everybody else.
    #[must_use]
    pub fn for_reader(self, request: &Parts) -> Response {
        if !prefers_html(&request.headers) {
            return self.into_response();
        }
        match PageFrame::of(request) {
            Err(refusal) => refusal,
            Ok(PageFrame(frame)) => page::render(&PageView::Error(ErrorView {
                frame,
                status: self.status.as_u16(),
                code: self.code.into_owned(),
                description: self.summary.into_owned(),
                reason: format!("{} {}", request.method, request.uri.path()),
                redirect_uris: None,
            })),
        }
    }
}

impl From<ApiRefusal> for ApiError {
    fn from(refusal: ApiRefusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { causes: refusal.causes, ..Self::new(status, refusal.code, refusal.summary) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let causes: Vec<_> = self.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        let body = json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": error_id(),
            "errorCauses": causes,
        });
        (self.status, axum::Json(body)).into_response()
    }
}

/// `oae` and 22 characters of base64url.
fn error_id() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = rand::rng();
    let tail = (0..22).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    "oae".chars().chain(tail).collect()
}

/// Whether a page is asked for before JSON. RFC 9110 12.5.1, as far as browsers and clients use it: the first of the two
/// named wins.
pub(crate) fn prefers_html(request: &HeaderMap) -> bool {
    let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accept.split(',').find_map(|range| match range.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => Some(true),
        "application/json" => Some(false),
        _ => None,
    });
    first.unwrap_or(false)
}

/// Whether JSON is asked for by name, before a page.
pub(crate) fn names_json_first(request: &HeaderMap) -> bool {
    let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !prefers_html(request)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn html_only_when_it_is_named_before_json() {
        let asks = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            prefers_html(&headers)
        };
        assert!(asks("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!asks("application/json, text/html"));
        assert!(!asks("*/*"));
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn the_envelope_has_oktas_keys_in_oktas_order() {
        let error = ApiError { causes: vec!["limit: too much".into()], ..ApiError::path_not_found() };
        let response = error.into_response();
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/json");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let id = text.split("\"errorId\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert_eq!(id.len(), 25);
        assert_eq!(
            text.replace(&id, "ID"),
            "{\"errorCode\":\"E0000008\",\"errorSummary\":\"The requested path was not found\",\"errorLink\":\"E0000008\",\
             \"errorId\":\"ID\",\"errorCauses\":[{\"errorSummary\":\"limit: too much\"}]}"
        );
    }
}
