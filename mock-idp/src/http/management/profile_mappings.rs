//! Profile mappings. Okta: `/api/v1/mappings`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, profile_mappings};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.profileMappings.read", "okta.profileMappings.manage"];
const MANAGE: &[&str] = &["okta.profileMappings.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/mappings"], READ, handler!(list)),
    row(Method::GET, &["/api/v1/mappings/{id}"], READ, handler!(get)),
    row(Method::POST, &["/api/v1/mappings/{id}"], MANAGE, handler!(update)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| profile_mappings::list(org, call, &query)).map(respond::list)
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| profile_mappings::get(org, call, &path.get("id")))?))
}

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| profile_mappings::update(change, &path.get("id"), &body))?))
}
