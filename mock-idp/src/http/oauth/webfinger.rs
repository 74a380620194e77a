//! The issuer that is responsible for a user. RFC 7033; Okta: `/.well-known/webfinger`.

use axum::response::Response;
use http::{HeaderValue, header};
use mock_idp_core::endpoint::webfinger;
use mock_idp_core::management::{ApiError, ApiErrorId};

use crate::http::extract::AtServer;
use crate::http::respond::json;
use crate::routing::Query;

pub(super) async fn get(AtServer(call): AtServer, Query(query): Query) -> Result<Response, ApiError> {
    // RFC 7033 4.1, 4.2: there must be exactly one resource.
    let once = !query.duplicates().contains(&"resource");
    let resource = query.get("resource").filter(|_| once);
    let resource = resource
        .ok_or_else(|| ApiError::new(ApiErrorId::MissingParameter, "`resource` is missing, or there more than once"))?;
    let rels: Vec<&str> = query.iter().filter(|(name, _)| *name == "rel").map(|(_, rel)| rel).collect();
    let document = webfinger::document(&call.org, &call.urls, resource, &rels);
    let mut response = json::text(document.to_string().into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jrd+json"));
    Ok(response)
}
