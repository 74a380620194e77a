//! The notices that administrators get by mail. Okta: `/api/v1/users/{id}/subscriptions`, `/api/v1/roles/{role}/subscriptions`.

use axum::response::Response;
use http::{Method, StatusCode};
use mock_idp_core::management::ApiError;
use mock_idp_core::management::subscriptions::{self, Subscriber};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::routing::{PathParameters, Route, handler};

const READ_USER: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE_USER: &[&str] = &["okta.users.manage"];
const READ_ROLE: &[&str] = &["okta.roles.read", "okta.roles.manage"];
const MANAGE_ROLE: &[&str] = &["okta.roles.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/users/{id}/subscriptions"], READ_USER, handler!(list)),
    row(Method::GET, &["/api/v1/users/{id}/subscriptions/{type}"], READ_USER, handler!(get)),
    row(Method::POST, &["/api/v1/users/{id}/subscriptions/{type}/subscribe"], MANAGE_USER, handler!(subscribe)),
    row(Method::POST, &["/api/v1/users/{id}/subscriptions/{type}/unsubscribe"], MANAGE_USER, handler!(unsubscribe)),
    row(Method::GET, &["/api/v1/roles/{role}/subscriptions"], READ_ROLE, handler!(list)),
    row(Method::GET, &["/api/v1/roles/{role}/subscriptions/{type}"], READ_ROLE, handler!(get)),
    row(Method::POST, &["/api/v1/roles/{role}/subscriptions/{type}/subscribe"], MANAGE_ROLE, handler!(subscribe)),
    row(Method::POST, &["/api/v1/roles/{role}/subscriptions/{type}/unsubscribe"], MANAGE_ROLE, handler!(unsubscribe)),
];

async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| with(&path, |subscriber| subscriptions::list(org, call, subscriber)))?;
    Ok(respond::ok(&shown))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let kind = path.get("type");
    let shown = call.read(|org, call| with(&path, |subscriber| subscriptions::get(org, call, subscriber, &kind)))?;
    Ok(respond::ok(&shown))
}

async fn subscribe(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set(&call, &path, true)
}

async fn unsubscribe(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set(&call, &path, false)
}

/// Okta: 200 without a body.
fn set(call: &Management, path: &PathParameters, subscribed: bool) -> Result<Response, ApiError> {
    let kind = path.get("type");
    call.change(|change| with(path, |subscriber| subscriptions::set(change, subscriber, &kind, subscribed)))?;
    Ok(respond::empty(StatusCode::OK))
}

fn with<T>(path: &PathParameters, rule: impl FnOnce(Subscriber<'_>) -> T) -> T {
    let (user, role) = (path.get("id"), path.get("role"));
    rule(if role.is_empty() { Subscriber::User(&user) } else { Subscriber::Role(&role) })
}
