//! Cross App Access connections. Okta: `/api/v1/apps/{id}/cwo/connections`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::apps::connections;
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const MANAGE: &[&str] = &["okta.apps.manage"];

const ALL: &[&str] = &["/api/v1/apps/{id}/cwo/connections"];
const ONE: &[&str] = &["/api/v1/apps/{id}/cwo/connections/{connection}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(create)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PATCH, ONE, MANAGE, handler!(update)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
];

async fn list(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| connections::list(org, call, &path.get("id"), &query)).map(respond::list)
}

async fn create(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| connections::create(change, &path.get("id"), &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| connections::get(org, &path.get("id"), &path.get("connection")))?))
}

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, connection, body): (_, _, Map<String, Value>) = (path.get("id"), path.get("connection"), body.read()?);
    Ok(respond::ok(&call.change(|change| connections::update(change, &id, &connection, &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| connections::remove(change, &path.get("id"), &path.get("connection")))?;
    Ok(respond::no_content())
}
