//! User types. Okta: `/api/v1/meta/types/user`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::user_types::{self, USER_TYPES};
use mock_idp_core::management::{ApiError, directory};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const PATH: &str = "/api/v1/meta/types/user";
const READ: &[&str] = &["okta.userTypes.read", "okta.userTypes.manage"];
const MANAGE: &[&str] = &["okta.userTypes.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &[PATH], READ, handler!(list)),
    row(Method::POST, &[PATH], MANAGE, handler!(create)),
    row(Method::GET, &["/api/v1/meta/types/user/{id}"], READ, handler!(get)),
    row(Method::POST, &["/api/v1/meta/types/user/{id}"], MANAGE, handler!(update)),
    row(Method::PUT, &["/api/v1/meta/types/user/{id}"], MANAGE, handler!(replace)),
    row(Method::DELETE, &["/api/v1/meta/types/user/{id}"], MANAGE, handler!(remove)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| directory::list(org, call, &USER_TYPES, PATH, &query)).map(respond::list)
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| user_types::create(change, body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| directory::get(org, call, &USER_TYPES, &path.get("id")))?))
}

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| user_types::update(change, &path.get("id"), body))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| directory::replace(change, &USER_TYPES, &path.get("id"), body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| user_types::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}
