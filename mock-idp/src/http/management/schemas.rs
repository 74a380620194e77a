//! Schemas. Okta: `/api/v1/meta/schemas/…`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, schemas};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.schemas.read", "okta.schemas.manage"];
const MANAGE: &[&str] = &["okta.schemas.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/meta/schemas/user/{schema}"], READ, handler!(user)),
    row(Method::POST, &["/api/v1/meta/schemas/user/{schema}"], MANAGE, handler!(update_user)),
    row(Method::GET, &["/api/v1/meta/schemas/group/default"], READ, handler!(group)),
    row(Method::POST, &["/api/v1/meta/schemas/group/default"], MANAGE, handler!(update_group)),
    row(Method::GET, &["/api/v1/meta/schemas/apps/{app}/default"], READ, handler!(app)),
    row(Method::POST, &["/api/v1/meta/schemas/apps/{app}/default"], MANAGE, handler!(update_app)),
];

async fn user(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| schemas::show_user_schema(org, call, &path.get("schema")))?))
}

async fn update_user(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| schemas::update_user_schema(change, &path.get("schema"), &body))?))
}

async fn group(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| schemas::show_group_schema(org, call))?))
}

async fn update_group(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| schemas::update_group_schema(change, &body))?))
}

async fn app(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| schemas::show_app_schema(org, call, &path.get("app")))?))
}

async fn update_app(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| schemas::update_app_schema(change, &path.get("app"), &body))?))
}
