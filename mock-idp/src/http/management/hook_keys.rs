//! Keys of inline hooks. Okta: `/api/v1/hook-keys`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, hook_keys};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.inlineHooks.read", "okta.inlineHooks.manage"];
const MANAGE: &[&str] = &["okta.inlineHooks.manage"];

const ALL: &[&str] = &["/api/v1/hook-keys"];
const ONE: &[&str] = &["/api/v1/hook-keys/{id}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(create)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
    row(Method::GET, &["/api/v1/hook-keys/public/{key}"], READ, handler!(public_key)),
];

async fn list(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| Ok(hook_keys::list(org)))?))
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    call.read(|org, _| hook_keys::check_name(org, &body))?;
    let pem = call.new_private_key().await?;
    Ok(respond::ok(&call.change(|change| hook_keys::create(change, &body, &pem))?))
}

async fn get(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| hook_keys::get(org, &path.get("id"), query.get("expand")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| hook_keys::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| hook_keys::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn public_key(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| hook_keys::public_key(org, &path.get("key")))?))
}
