//! Second factors of the org. Okta: `/api/v1/org/factors`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, org_factors};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.factors.read", "okta.factors.manage"];
const MANAGE: &[&str] = &["okta.factors.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/org/factors"], READ, handler!(list)),
    row(Method::GET, &["/api/v1/org/factors/{id}"], READ, handler!(get)),
    row(Method::POST, &["/api/v1/org/factors/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/org/factors/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
];

async fn list(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(org_factors::list(org, call)))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| org_factors::get(org, call, &path.get("id")))?))
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| org_factors::activate(change, &path.get("id")))?))
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| org_factors::deactivate(change, &path.get("id")))?))
}
