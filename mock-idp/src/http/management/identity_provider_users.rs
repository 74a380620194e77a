//! Users of identity providers. Okta: `/api/v1/idps/{id}/users`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, identity_provider_users};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.idps.read", "okta.idps.manage"];
const MANAGE: &[&str] = &["okta.idps.manage"];

const ONE: &[&str] = &["/api/v1/idps/{id}/users/{user}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/idps/{id}/users"], READ, handler!(list)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::POST, ONE, MANAGE, handler!(link)),
    row(Method::DELETE, ONE, MANAGE, handler!(unlink)),
];

async fn list(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| identity_provider_users::list(org, call, &path.get("id"), &query)).map(respond::list)
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, user) = (path.get("id"), path.get("user"));
    Ok(respond::ok(&call.read(|org, call| identity_provider_users::get(org, call, &id, &user))?))
}

async fn link(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, user, body): (_, _, Map<String, Value>) = (path.get("id"), path.get("user"), body.read()?);
    Ok(respond::ok(&call.change(|change| identity_provider_users::link(change, &id, &user, &body))?))
}

async fn unlink(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| identity_provider_users::unlink(change, &path.get("id"), &path.get("user")))?;
    Ok(respond::no_content())
}
