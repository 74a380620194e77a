//! Models of security keys. Okta: `/api/v1/authenticators/{id}/aaguids`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, aaguids};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.authenticators.read", "okta.authenticators.manage"];
const MANAGE: &[&str] = &["okta.authenticators.manage"];

const ALL: &[&str] = &["/api/v1/authenticators/{id}/aaguids"];
const ONE: &[&str] = &["/api/v1/authenticators/{id}/aaguids/{aaguid}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(create)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::PATCH, ONE, MANAGE, handler!(update)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
];

async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| aaguids::list(org, call, &path.get("id")))?))
}

async fn create(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| aaguids::create(change, &path.get("id"), &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| aaguids::get(org, call, &path.get("id"), &path.get("aaguid")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    write(&call, &path, &body.read()?, false)
}

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    write(&call, &path, &body.read()?, true)
}

fn write(
    call: &Management,
    path: &PathParameters,
    body: &Map<String, Value>,
    merge: bool,
) -> Result<Response, ApiError> {
    let (id, aaguid) = (path.get("id"), path.get("aaguid"));
    Ok(respond::ok(&call.change(|change| aaguids::replace(change, &id, &aaguid, body, merge))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| aaguids::remove(change, &path.get("id"), &path.get("aaguid")))?;
    Ok(respond::no_content())
}
