//! Custom roles, their permissions, and the users with roles. Okta: `/api/v1/iam/roles`, `/api/v1/iam/assignees/users`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::iam::{assignees, permissions, roles};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.roles.read", "okta.roles.manage"];
const MANAGE: &[&str] = &["okta.roles.manage"];
const ROLES: &[&str] = &["/api/v1/iam/roles"];
const ROLE: &[&str] = &["/api/v1/iam/roles/{id}"];
const PERMISSIONS: &[&str] = &["/api/v1/iam/roles/{id}/permissions"];
const PERMISSION: &[&str] = &["/api/v1/iam/roles/{id}/permissions/{permission}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ROLES, READ, handler!(list)),
    row(Method::POST, ROLES, MANAGE, handler!(create)),
    row(Method::GET, ROLE, READ, handler!(get)),
    row(Method::PUT, ROLE, MANAGE, handler!(replace)),
    row(Method::DELETE, ROLE, MANAGE, handler!(remove)),
    row(Method::GET, PERMISSIONS, READ, handler!(list_permissions)),
    row(Method::GET, PERMISSION, READ, handler!(get_permission)),
    row(Method::POST, PERMISSION, MANAGE, handler!(grant)),
    row(Method::PUT, PERMISSION, MANAGE, handler!(replace_permission)),
    row(Method::DELETE, PERMISSION, MANAGE, handler!(revoke)),
    row(Method::GET, &["/api/v1/iam/assignees/users"], READ, handler!(assigned_users)),
];

async fn list(call: Management) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| Ok(roles::list(org, call)))?))
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| roles::create(change, &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| roles::get(org, call, &path.get("id")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| roles::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| roles::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn list_permissions(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| permissions::list(org, call, &path.get("id")))?))
}

async fn get_permission(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (role, label) = (path.get("id"), path.get("permission"));
    Ok(respond::linked(&call.read(|org, call| permissions::get(org, call, &role, &label))?))
}

async fn grant(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read_optional()?;
    let (role, label) = (path.get("id"), path.get("permission"));
    call.change(|change| permissions::grant(change, &role, &label, &body))?;
    Ok(respond::no_content())
}

async fn replace_permission(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let (role, label) = (path.get("id"), path.get("permission"));
    Ok(respond::linked(&call.change(|change| permissions::replace(change, &role, &label, &body))?))
}

async fn revoke(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| permissions::revoke(change, &path.get("id"), &path.get("permission")))?;
    Ok(respond::no_content())
}

async fn assigned_users(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| assignees::list(org, call, &query))?))
}
