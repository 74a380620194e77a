//! Resource sets, their resources and bindings. Okta: `/api/v1/iam/resource-sets`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::iam::{bindings, resource_sets, resources};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.roles.read", "okta.roles.manage"];
const MANAGE: &[&str] = &["okta.roles.manage"];
const SETS: &[&str] = &["/api/v1/iam/resource-sets"];
const SET: &[&str] = &["/api/v1/iam/resource-sets/{id}"];
const RESOURCES: &[&str] = &["/api/v1/iam/resource-sets/{id}/resources"];
const RESOURCE: &[&str] = &["/api/v1/iam/resource-sets/{id}/resources/{resource}"];
const BINDINGS: &[&str] = &["/api/v1/iam/resource-sets/{id}/bindings"];
const BINDING: &[&str] = &["/api/v1/iam/resource-sets/{id}/bindings/{role}"];
const MEMBERS: &[&str] = &["/api/v1/iam/resource-sets/{id}/bindings/{role}/members"];
const MEMBER: &[&str] = &["/api/v1/iam/resource-sets/{id}/bindings/{role}/members/{member}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, SETS, READ, handler!(list)),
    row(Method::POST, SETS, MANAGE, handler!(create)),
    row(Method::GET, SET, READ, handler!(get)),
    row(Method::PUT, SET, MANAGE, handler!(replace)),
    row(Method::DELETE, SET, MANAGE, handler!(remove)),
    row(Method::GET, RESOURCES, READ, handler!(list_resources)),
    row(Method::POST, RESOURCES, MANAGE, handler!(create_resource)),
    row(Method::PATCH, RESOURCES, MANAGE, handler!(add_resources)),
    row(Method::GET, RESOURCE, READ, handler!(get_resource)),
    row(Method::PUT, RESOURCE, MANAGE, handler!(replace_resource)),
    row(Method::DELETE, RESOURCE, MANAGE, handler!(remove_resource)),
    row(Method::GET, BINDINGS, READ, handler!(list_bindings)),
    row(Method::POST, BINDINGS, MANAGE, handler!(create_binding)),
    row(Method::GET, BINDING, READ, handler!(get_binding)),
    row(Method::DELETE, BINDING, MANAGE, handler!(remove_binding)),
    row(Method::GET, MEMBERS, READ, handler!(list_members)),
    row(Method::PATCH, MEMBERS, MANAGE, handler!(add_members)),
    row(Method::GET, MEMBER, READ, handler!(get_member)),
    row(Method::DELETE, MEMBER, MANAGE, handler!(remove_member)),
];

async fn list(call: Management) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| Ok(resource_sets::list(org, call)))?))
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| resource_sets::create(change, &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| resource_sets::get(org, call, &path.get("id")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| resource_sets::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| resource_sets::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn list_resources(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| resources::list(org, call, &path.get("id"), &query))?))
}

async fn create_resource(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| resources::create(change, &path.get("id"), &body))?))
}

async fn add_resources(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| resources::extend(change, &path.get("id"), &body))?))
}

async fn get_resource(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (set, id) = (path.get("id"), path.get("resource"));
    Ok(respond::linked(&call.read(|org, call| resources::get(org, call, &set, &id))?))
}

async fn replace_resource(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let (set, id) = (path.get("id"), path.get("resource"));
    Ok(respond::linked(&call.change(|change| resources::replace(change, &set, &id, &body))?))
}

async fn remove_resource(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| resources::remove(change, &path.get("id"), &path.get("resource")))?;
    Ok(respond::no_content())
}

async fn list_bindings(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::linked(&call.read(|org, call| bindings::list(org, call, &path.get("id")))?))
}

async fn create_binding(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::linked(&call.change(|change| bindings::create(change, &path.get("id"), &body))?))
}

async fn get_binding(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (set, role) = (path.get("id"), path.get("role"));
    Ok(respond::linked(&call.read(|org, call| bindings::get(org, call, &set, &role))?))
}

async fn remove_binding(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| bindings::remove(change, &path.get("id"), &path.get("role")))?;
    Ok(respond::no_content())
}

async fn list_members(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (set, role) = (path.get("id"), path.get("role"));
    Ok(respond::linked(&call.read(|org, call| bindings::members(org, call, &set, &role))?))
}

async fn add_members(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let (set, role) = (path.get("id"), path.get("role"));
    Ok(respond::linked(&call.change(|change| bindings::extend(change, &set, &role, &body))?))
}

async fn get_member(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (set, role, member) = (path.get("id"), path.get("role"), path.get("member"));
    Ok(respond::linked(&call.read(|org, call| bindings::member(org, call, &set, &role, &member))?))
}

async fn remove_member(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (set, role, member) = (path.get("id"), path.get("role"), path.get("member"));
    call.change(|change| bindings::remove_member(change, &set, &role, &member))?;
    Ok(respond::no_content())
}
