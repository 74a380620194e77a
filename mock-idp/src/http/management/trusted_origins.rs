//! Trusted origins. Okta: `/api/v1/trustedOrigins`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, trusted_origins};
use mock_idp_core::model::Status;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.trustedOrigins.read", "okta.trustedOrigins.manage"];
const MANAGE: &[&str] = &["okta.trustedOrigins.manage"];

const ALL: &[&str] = &["/api/v1/trustedOrigins"];
const ONE: &[&str] = &["/api/v1/trustedOrigins/{id}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(create)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/trustedOrigins/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/trustedOrigins/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| trusted_origins::list(org, call, &query)).map(respond::list)
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| trusted_origins::create(change, &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| trusted_origins::get(org, call, &path.get("id")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| trusted_origins::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| trusted_origins::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let id = path.get("id");
    Ok(respond::ok(&call.change(|change| trusted_origins::set_status(change, &id, Status::Active))?))
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let id = path.get("id");
    Ok(respond::ok(&call.change(|change| trusted_origins::set_status(change, &id, Status::Inactive))?))
}
