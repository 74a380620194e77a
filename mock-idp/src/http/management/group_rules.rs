//! Rules that assign users to groups. Okta: `/api/v1/groups/rules`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, group_rules};
use serde_json::json;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.groups.read", "okta.groups.manage"];
const MANAGE: &[&str] = &["okta.groups.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/groups/rules"], READ, handler!(list)),
    row(Method::POST, &["/api/v1/groups/rules"], MANAGE, handler!(create)),
    row(Method::GET, &["/api/v1/groups/rules/{rule}"], READ, handler!(get)),
    row(Method::PUT, &["/api/v1/groups/rules/{rule}"], MANAGE, handler!(replace)),
    row(Method::DELETE, &["/api/v1/groups/rules/{rule}"], MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/groups/rules/{rule}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/groups/rules/{rule}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| group_rules::list(org, call, &query)).map(respond::list)
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| group_rules::create(change, body))?))
}

async fn get(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| group_rules::get(org, call, &path.get("rule"), &query))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| group_rules::replace(change, &path.get("rule"), body))?))
}

/// Okta: 202 and an empty object.
async fn remove(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let remove_users = query.get("removeUsers") == Some("true");
    call.change(|change| group_rules::remove(change, &path.get("rule"), remove_users))?;
    Ok(respond::accepted(&json!({})))
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| group_rules::set_active(change, &path.get("rule"), true))?;
    Ok(respond::no_content())
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| group_rules::set_active(change, &path.get("rule"), false))?;
    Ok(respond::no_content())
}
