//! Answers of the management API.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::management::ListedPage;
use mock_idp_core::management::iam::LinkedObject;
use serde::Serialize;

/// 204. Okta: such an answer may be framed by the org itself.
pub(super) fn no_content() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// 200 and the object.
pub(super) fn ok(body: &impl Serialize) -> Response {
    (StatusCode::OK, axum::Json(body)).into_response()
}

/// 201 and the object.
pub(super) fn created(body: &impl Serialize) -> Response {
    (StatusCode::CREATED, axum::Json(body)).into_response()
}

/// 200 and an object, with a `Link` header to itself.
pub(super) fn linked(linked: &LinkedObject) -> Response {
    let mut response = ok(&linked.object);
    if let Ok(link) = HeaderValue::from_str(&format!("<{}>; rel=\"self\"", linked.url)) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// 200 and a page of a list, with a `Link` header for each link.
pub(super) fn list(page: ListedPage) -> Response {
    let mut response = ok(&page.objects);
    for link in page.links.iter().filter_map(|link| HeaderValue::from_str(link).ok()) {
        response.headers_mut().append(header::LINK, link);
    }
    response
}

/// 202 and the object.
pub(super) fn accepted(body: &impl Serialize) -> Response {
    (StatusCode::ACCEPTED, axum::Json(body)).into_response()
}

/// A status without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    status.into_response()
}
