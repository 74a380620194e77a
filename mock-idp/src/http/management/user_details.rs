//! What is known about a user beside the profile: risk, apps, identity providers. Okta: `/api/v1/users/{id}/…`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, ApiErrorId, identity_provider_users, role_assignments, users};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE: &[&str] = &["okta.users.manage"];
const READ_ROLES: &[&str] = &["okta.roles.read", "okta.roles.manage"];
const READ_RISK: &[&str] = &["okta.userRisk.read", "okta.userRisk.manage"];
const MANAGE_RISK: &[&str] = &["okta.userRisk.manage"];

const CLASSIFICATION: &[&str] = &["/api/v1/users/{id}/classification"];
const RISK: &[&str] = &["/api/v1/users/{id}/risk"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, RISK, READ_RISK, handler!(risk)),
    row(Method::PUT, RISK, MANAGE_RISK, handler!(set_risk)),
    row(Method::GET, CLASSIFICATION, READ, handler!(classification)),
    row(Method::PUT, CLASSIFICATION, MANAGE, handler!(set_classification)),
    row(Method::GET, &["/api/v1/users/{id}/appLinks"], READ, handler!(app_links)),
    row(Method::GET, &["/api/v1/users/{id}/idps"], READ, handler!(identity_providers)),
    row(Method::GET, &["/api/v1/users/{id}/blocks"], READ, handler!(blocks)),
    row(Method::GET, &["/api/v1/users/{id}/roles/{role}/targets"], READ_ROLES, handler!(role_targets)),
];

async fn risk(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::risk(org, call, &path.get("id")))?))
}

/// Okta: 201 the first time, 200 after it.
async fn set_risk(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    let (shown, is_new) = call.change(|change| users::set_risk(change, &path.get("id"), &body))?;
    Ok(if is_new { respond::created(&shown) } else { respond::ok(&shown) })
}

async fn classification(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::classification(org, call, &path.get("id")))?))
}

async fn set_classification(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| users::set_classification(change, &path.get("id"), &body))?))
}

async fn app_links(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::app_links(org, call, &path.get("id")))?))
}

async fn identity_providers(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| identity_provider_users::providers_of(org, call, &path.get("id")))?))
}

async fn role_targets(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let (id, role) = (path.get("id"), path.get("role"));
    call.read(|org, call| role_assignments::user_targets(org, call, &id, &role, &query)).map(respond::list)
}

/// Okta: orgs without blocks of sign-ins from unknown devices refuse the question.
async fn blocks(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let licensed = call.read(|org, call| {
        users::find(org, call, &path.get("id"))?;
        Ok(org.settings().features.user_blocks)
    })?;
    // A sign-in here never blocks a device.
    if licensed {
        Ok(respond::ok(&Vec::<Value>::new()))
    } else {
        Err(ApiError::new(ApiErrorId::FeatureDenied, "no user blocks"))
    }
}
