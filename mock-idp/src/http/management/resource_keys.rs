//! The public keys that authorization servers encrypt for. Okta:
//! `/api/v1/authorizationServers/{id}/resourceservercredentials/keys`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::authorization_servers::resource_keys;
use mock_idp_core::model::Status;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.authorizationServers.read", "okta.authorizationServers.manage"];
const MANAGE: &[&str] = &["okta.authorizationServers.manage"];

const ALL: &[&str] = &["/api/v1/authorizationServers/{id}/resourceservercredentials/keys"];
const ONE: &[&str] = &["/api/v1/authorizationServers/{id}/resourceservercredentials/keys/{key}"];
const ACTIVATE: &[&str] =
    &["/api/v1/authorizationServers/{id}/resourceservercredentials/keys/{key}/lifecycle/activate"];
const DEACTIVATE: &[&str] =
    &["/api/v1/authorizationServers/{id}/resourceservercredentials/keys/{key}/lifecycle/deactivate"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(add)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
    row(Method::POST, ACTIVATE, MANAGE, handler!(activate)),
    row(Method::POST, DEACTIVATE, MANAGE, handler!(deactivate)),
];

async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| resource_keys::list(org, call, &path.get("id")))?))
}

async fn add(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::created(&call.change(|change| resource_keys::add(change, &path.get("id"), body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| resource_keys::get(org, call, &path.get("id"), &path.get("key")))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| resource_keys::remove(change, &path.get("id"), &path.get("key")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_status(&call, &path, Status::Active)
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_status(&call, &path, Status::Inactive)
}

fn set_status(call: &Management, path: &PathParameters, status: Status) -> Result<Response, ApiError> {
    let (id, key) = (path.get("id"), path.get("key"));
    Ok(respond::ok(&call.change(|change| resource_keys::set_status(change, &id, &key, status))?))
}
