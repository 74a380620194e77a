//! Links between users. Okta: `/api/v1/meta/schemas/user/linkedObjects`, `/api/v1/users/{id}/linkedObjects`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, linked_objects};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.linkedObjects.read", "okta.linkedObjects.manage"];
const MANAGE: &[&str] = &["okta.linkedObjects.manage"];
const READ_USERS: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE_USERS: &[&str] = &["okta.users.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/meta/schemas/user/linkedObjects"], READ, handler!(list)),
    row(Method::POST, &["/api/v1/meta/schemas/user/linkedObjects"], MANAGE, handler!(create)),
    row(Method::GET, &["/api/v1/meta/schemas/user/linkedObjects/{name}"], READ, handler!(get)),
    row(Method::DELETE, &["/api/v1/meta/schemas/user/linkedObjects/{name}"], MANAGE, handler!(remove)),
    row(Method::GET, &["/api/v1/users/{id}/linkedObjects/{name}"], READ_USERS, handler!(linked)),
    row(Method::DELETE, &["/api/v1/users/{id}/linkedObjects/{name}"], MANAGE_USERS, handler!(unlink)),
    row(Method::PUT, &["/api/v1/users/{id}/linkedObjects/{name}/{primary}"], MANAGE_USERS, handler!(link)),
];

async fn list(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(linked_objects::list(org, call)))?))
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| linked_objects::create(change, &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| linked_objects::get(org, call, &path.get("name")))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| linked_objects::remove(change, &path.get("name")))?;
    Ok(respond::no_content())
}

async fn linked(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (user, name) = (path.get("id"), path.get("name"));
    Ok(respond::ok(&call.read(|org, call| linked_objects::linked(org, call, &user, &name))?))
}

async fn link(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (user, name, primary) = (path.get("id"), path.get("name"), path.get("primary"));
    call.change(|change| linked_objects::link(change, &user, &name, &primary))?;
    Ok(respond::no_content())
}

async fn unlink(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| linked_objects::unlink(change, &path.get("id"), &path.get("name")))?;
    Ok(respond::no_content())
}
