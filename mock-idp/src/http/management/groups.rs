//! Groups, their members and owners. Okta: `/api/v1/groups`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, groups};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.groups.read", "okta.groups.manage"];
const MANAGE: &[&str] = &["okta.groups.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/groups"], READ, handler!(list)),
    row(Method::POST, &["/api/v1/groups"], MANAGE, handler!(create)),
    row(Method::GET, &["/api/v1/groups/{id}"], READ, handler!(get)),
    row(Method::PUT, &["/api/v1/groups/{id}"], MANAGE, handler!(replace)),
    row(Method::DELETE, &["/api/v1/groups/{id}"], MANAGE, handler!(remove)),
    row(Method::GET, &["/api/v1/groups/{id}/users"], READ, handler!(members)),
    row(Method::PUT, &["/api/v1/groups/{id}/users/{user}"], MANAGE, handler!(add_member)),
    row(Method::DELETE, &["/api/v1/groups/{id}/users/{user}"], MANAGE, handler!(remove_member)),
    row(Method::GET, &["/api/v1/groups/{id}/owners"], READ, handler!(owners)),
    row(Method::POST, &["/api/v1/groups/{id}/owners"], MANAGE, handler!(add_owner)),
    row(Method::DELETE, &["/api/v1/groups/{id}/owners/{owner}"], MANAGE, handler!(remove_owner)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| groups::list(org, call, &query)).map(respond::list)
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| groups::create(change, &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| groups::get(org, call, &path.get("id")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| groups::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| groups::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn members(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| groups::members(org, call, &path.get("id"), &query)).map(respond::list)
}

async fn add_member(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| groups::add_member(change, &path.get("id"), &path.get("user")))?;
    Ok(respond::no_content())
}

async fn remove_member(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| groups::remove_member(change, &path.get("id"), &path.get("user")))?;
    Ok(respond::no_content())
}

async fn owners(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| groups::owners(org, call, &path.get("id"), &query)).map(respond::list)
}

async fn add_owner(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| groups::add_owner(change, &path.get("id"), &body))?))
}

async fn remove_owner(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| groups::remove_owner(change, &path.get("id"), &path.get("owner")))?;
    Ok(respond::no_content())
}
