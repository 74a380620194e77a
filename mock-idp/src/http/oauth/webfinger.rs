//! Which issuer is responsible for a user. RFC 7033; Okta: `/.well-known/webfinger`.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::endpoint::webfinger;

use super::discovery;
use crate::http::extract::{AtServer, Query};
use crate::http::respond::api_error::ApiError;

pub(super) async fn get(AtServer(call): AtServer, Query(query): Query) -> Response {
    // RFC 7033 4.1, 4.2: there is one resource, or the request is a bad one.
    let once = !query.duplicates().contains(&"resource");
    let Some(resource) = query.get("resource").filter(|_| once) else {
        let error = ApiError::new(StatusCode::BAD_REQUEST, "E0000028", "The request is missing a required parameter.");
        return error.because("`resource` is missing, or there more than once");
    };
    let rels: Vec<&str> = query.iter().filter(|(name, _)| *name == "rel").map(|(_, rel)| rel).collect();
    let document = webfinger::document(&call.org, &call.urls, resource, &rels);
    let mut response = discovery::json(document.to_string().into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jrd+json"));
    response
}
