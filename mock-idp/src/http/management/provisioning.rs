//! Provisioning of apps. Okta: `/api/v1/apps/{id}/connections/default`, `/api/v1/apps/{id}/features`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::apps::provisioning;
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const MANAGE: &[&str] = &["okta.apps.manage"];

const CONNECTION: &[&str] = &["/api/v1/apps/{id}/connections/default"];
const FEATURE: &[&str] = &["/api/v1/apps/{id}/features/{feature}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, CONNECTION, READ, handler!(connection)),
    row(Method::POST, CONNECTION, MANAGE, handler!(set_connection)),
    row(Method::POST, &["/api/v1/apps/{id}/connections/default/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/apps/{id}/connections/default/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
    row(Method::GET, &["/api/v1/apps/{id}/features"], READ, handler!(features)),
    row(Method::GET, FEATURE, READ, handler!(feature)),
    row(Method::PUT, FEATURE, MANAGE, handler!(set_feature)),
];

async fn connection(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| provisioning::connection(org, call, &path.get("id")))?))
}

async fn set_connection(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (activate, body): (_, Map<String, Value>) = (query.get("activate") == Some("true"), body.read()?);
    let id = path.get("id");
    Ok(respond::ok(&call.change(|change| provisioning::set_connection(change, &id, &body, activate))?))
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| provisioning::set_active(change, &path.get("id"), true))?;
    Ok(respond::no_content())
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| provisioning::set_active(change, &path.get("id"), false))?;
    Ok(respond::no_content())
}

async fn features(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| provisioning::features(org, call, &path.get("id")))?))
}

async fn feature(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, feature) = (path.get("id"), path.get("feature"));
    Ok(respond::ok(&call.read(|org, call| provisioning::feature(org, call, &id, &feature))?))
}

async fn set_feature(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, feature, body): (_, _, Map<String, Value>) = (path.get("id"), path.get("feature"), body.read()?);
    Ok(respond::ok(&call.change(|change| provisioning::set_feature(change, &id, &feature, &body))?))
}
