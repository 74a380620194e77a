//! Standard roles of users. Okta: `/api/v1/users/{id}/roles`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, users};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.roles.read", "okta.roles.manage"];
const MANAGE: &[&str] = &["okta.roles.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/users/{id}/roles"], READ, handler!(list)),
    row(Method::POST, &["/api/v1/users/{id}/roles"], MANAGE, handler!(assign)),
    row(Method::GET, &["/api/v1/users/{id}/roles/{role}"], READ, handler!(get)),
    row(Method::DELETE, &["/api/v1/users/{id}/roles/{role}"], MANAGE, handler!(unassign)),
];

async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::list_roles(org, call, &path.get("id")))?))
}

async fn assign(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| users::assign_role(change, &path.get("id"), &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::role(org, call, &path.get("id"), &path.get("role")))?))
}

async fn unassign(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| users::unassign_role(change, &path.get("id"), &path.get("role")))?;
    Ok(respond::no_content())
}
