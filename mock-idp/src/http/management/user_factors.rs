//! What users have enrolled besides a password. Okta: `/api/v1/users/{id}/factors`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, users};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE: &[&str] = &["okta.users.manage"];

const ALL: &[&str] = &["/api/v1/users/{id}/factors"];
const ONE: &[&str] = &["/api/v1/users/{id}/factors/{factor}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(enroll)),
    row(Method::GET, &["/api/v1/users/{id}/factors/catalog"], READ, handler!(catalog)),
    row(Method::GET, &["/api/v1/users/{id}/factors/questions"], READ, handler!(questions)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/users/{id}/factors/{factor}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/users/{id}/factors/{factor}/verify"], MANAGE, handler!(verify)),
];

/// What proves a factor.
#[derive(Default, Deserialize)]
#[serde(default)]
struct FactorAnswer {
    #[serde(rename = "passCode")]
    passcode: String,
    answer: String,
}

impl FactorAnswer {
    fn entered(&self) -> &str {
        if self.passcode.is_empty() { &self.answer } else { &self.passcode }
    }
}

async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factors(org, call, &path.get("id")))?))
}

async fn catalog(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factor_catalog(org, call, &path.get("id")))?))
}

async fn questions(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factor_questions(org, call, &path.get("id")))?))
}

async fn enroll(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| users::enroll_factor(change, &path.get("id"), &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factor(org, call, &path.get("id"), &path.get("factor")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    let (id, factor) = (path.get("id"), path.get("factor"));
    Ok(respond::ok(&call.change(|change| users::replace_factor(change, &id, &factor, &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| users::remove_factor(change, &path.get("id"), &path.get("factor")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, factor): (_, FactorAnswer) = (path.get("id"), body.read()?);
    call.check_factor(&id, &path.get("factor"), factor.entered(), false).await?;
    Ok(respond::ok(&call.change(|change| users::activate_factor(change, &id, &path.get("factor")))?))
}

async fn verify(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let answer: FactorAnswer = body.read()?;
    call.check_factor(&path.get("id"), &path.get("factor"), answer.entered(), true).await?;
    Ok(respond::ok(&json!({ "factorResult": "SUCCESS" })))
}
