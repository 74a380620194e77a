//! Authenticators. Okta: `/api/v1/authenticators`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::authenticators::{self, AUTHENTICATORS};
use mock_idp_core::management::{ApiError, authenticator_methods, directory};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.authenticators.read", "okta.authenticators.manage"];
const MANAGE: &[&str] = &["okta.authenticators.manage"];

const ALL: &[&str] = &["/api/v1/authenticators"];
const ONE: &[&str] = &["/api/v1/authenticators/{id}"];
const METHOD: &[&str] = &["/api/v1/authenticators/{id}/methods/{method}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(create)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::POST, &["/api/v1/authenticators/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/authenticators/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
    row(Method::GET, &["/api/v1/authenticators/{id}/methods"], READ, handler!(methods)),
    row(Method::GET, METHOD, READ, handler!(method)),
    row(Method::PUT, METHOD, MANAGE, handler!(replace_method)),
    row(
        Method::POST,
        &["/api/v1/authenticators/{id}/methods/{method}/lifecycle/activate"],
        MANAGE,
        handler!(activate_method),
    ),
    row(
        Method::POST,
        &["/api/v1/authenticators/{id}/methods/{method}/lifecycle/deactivate"],
        MANAGE,
        handler!(deactivate_method),
    ),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| directory::list(org, call, &AUTHENTICATORS, "/api/v1/authenticators", &query))
        .map(respond::list)
}

async fn create(call: Management, Query(query): Query, body: JsonBody) -> Result<Response, ApiError> {
    let (body, activate) = (body.read()?, query.get("activate") == Some("true"));
    Ok(respond::ok(&call.change(|change| authenticators::create(change, &body, activate))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| directory::get(org, call, &AUTHENTICATORS, &path.get("id")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| authenticators::replace(change, &path.get("id"), &body))?))
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| authenticators::activate(change, &path.get("id")))?))
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| authenticators::deactivate(change, &path.get("id")))?))
}

async fn methods(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| authenticator_methods::list(org, call, &path.get("id")))?))
}

async fn method(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, method) = (path.get("id"), path.get("method"));
    Ok(respond::ok(&call.read(|org, call| authenticator_methods::get(org, call, &id, &method))?))
}

async fn replace_method(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, method, body) = (path.get("id"), path.get("method"), body.read()?);
    Ok(respond::ok(&call.change(|change| authenticator_methods::replace(change, &id, &method, &body))?))
}

async fn activate_method(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_method_status(&call, &path, true)
}

async fn deactivate_method(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_method_status(&call, &path, false)
}

fn set_method_status(call: &Management, path: &PathParameters, active: bool) -> Result<Response, ApiError> {
    let (id, method) = (path.get("id"), path.get("method"));
    Ok(respond::ok(&call.change(|change| authenticator_methods::set_status(change, &id, &method, active))?))
}
