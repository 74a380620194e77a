//! API tokens. Okta: `/api/v1/api-tokens`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, api_tokens};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.apiTokens.read", "okta.apiTokens.manage"];
const MANAGE: &[&str] = &["okta.apiTokens.manage"];

const ONE: &[&str] = &["/api/v1/api-tokens/{id}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/api-tokens"], READ, handler!(list)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(update)),
    row(Method::DELETE, ONE, MANAGE, handler!(revoke)),
    row(Method::DELETE, &["/api/v1/api-tokens/current"], MANAGE, handler!(revoke_current)),
];

async fn list(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(api_tokens::list(org, call)))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| api_tokens::get(org, call, &path.get("id")))?))
}

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| api_tokens::update(change, &path.get("id"), &body))?))
}

async fn revoke_current(call: Management) -> Result<Response, ApiError> {
    call.change(api_tokens::revoke_current)?;
    Ok(respond::no_content())
}

async fn revoke(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| api_tokens::revoke(change, &path.get("id")))?;
    Ok(respond::no_content())
}
