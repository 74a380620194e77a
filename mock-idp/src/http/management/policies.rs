//! Policies and their rules. Okta: `/api/v1/policies`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::apps;
use mock_idp_core::management::{ApiError, policies};
use mock_idp_core::protocol::Parameters;
use serde_json::{Value, json};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.policies.read", "okta.policies.manage"];
const MANAGE: &[&str] = &["okta.policies.manage"];

const POLICIES: &[&str] = &["/api/v1/policies"];
const POLICY: &[&str] = &["/api/v1/policies/{id}"];
const MAPPING: &[&str] = &["/api/v1/policies/{id}/mappings/{mapping}"];
const RULES: &[&str] = &["/api/v1/policies/{id}/rules"];
const RULE: &[&str] = &["/api/v1/policies/{id}/rules/{rule}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, POLICIES, READ, handler!(list)),
    row(Method::POST, POLICIES, MANAGE, handler!(create)),
    row(Method::POST, &["/api/v1/policies/simulate"], READ, handler!(simulate)),
    row(Method::GET, POLICY, READ, handler!(get)),
    row(Method::PUT, POLICY, MANAGE, handler!(replace)),
    row(Method::DELETE, POLICY, MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/policies/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/policies/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
    row(Method::POST, &["/api/v1/policies/{id}/clone"], MANAGE, handler!(clone)),
    row(Method::GET, &["/api/v1/policies/{id}/app"], READ, handler!(list_apps)),
    row(Method::GET, &["/api/v1/policies/{id}/mappings"], READ, handler!(list_mappings)),
    row(Method::POST, &["/api/v1/policies/{id}/mappings"], MANAGE, handler!(map)),
    row(Method::GET, MAPPING, READ, handler!(get_mapping)),
    row(Method::DELETE, MAPPING, MANAGE, handler!(remove_mapping)),
    row(Method::GET, RULES, READ, handler!(list_rules)),
    row(Method::POST, RULES, MANAGE, handler!(create_rule)),
    row(Method::GET, RULE, READ, handler!(get_rule)),
    row(Method::PUT, RULE, MANAGE, handler!(replace_rule)),
    row(Method::DELETE, RULE, MANAGE, handler!(remove_rule)),
    row(Method::POST, &["/api/v1/policies/{id}/rules/{rule}/lifecycle/activate"], MANAGE, handler!(activate_rule)),
    row(Method::POST, &["/api/v1/policies/{id}/rules/{rule}/lifecycle/deactivate"], MANAGE, handler!(deactivate_rule)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| policies::list(org, call, &query)).map(respond::list)
}

async fn create(call: Management, Query(query): Query, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| policies::create(change, &query, &body))?))
}

async fn simulate(call: Management, Query(query): Query, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.read(|org, _| policies::simulate(org, &query, &body))?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| policies::get(org, call, &path.get("id")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| policies::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::set_status(change, &path.get("id"), true))?;
    Ok(respond::no_content())
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::set_status(change, &path.get("id"), false))?;
    Ok(respond::no_content())
}

async fn clone(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| policies::clone(change, &path.get("id")))?))
}

async fn list_apps(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let kid = call.signing_key_id().await?;
    let shown = call.read(|org, call| {
        let ids = policies::apps(org, &path.get("id"))?;
        ids.iter().map(|id| apps::get(org, call, &kid, id, &Parameters::default())).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(respond::ok(&shown))
}

/// Okta: the mappings of a policy are the apps that have it.
async fn list_mappings(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| policies::mappings(org, call, &path.get("id")))?;
    Ok(respond::ok(&shown))
}

async fn get_mapping(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, mapping) = (path.get("id"), path.get("mapping"));
    Ok(respond::ok(&call.read(|org, call| policies::mapping(org, call, &id, &mapping))?))
}

async fn remove_mapping(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::remove_mapping(change, &path.get("id"), &path.get("mapping")))?;
    Ok(respond::no_content())
}

async fn map(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let refused: Result<Value, ApiError> = call.read(|org, _| policies::refuse_mapping(org, &path.get("id")));
    refused.map(|_| respond::ok(&json!({})))
}

async fn list_rules(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| policies::list_rules(org, call, &path.get("id")))?))
}

async fn create_rule(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| policies::create_rule(change, &path.get("id"), &query, &body))?))
}

async fn get_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| policies::get_rule(org, call, &path.get("id"), &path.get("rule")))?;
    Ok(respond::ok(&shown))
}

async fn replace_rule(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let (id, rule) = (path.get("id"), path.get("rule"));
    Ok(respond::ok(&call.change(|change| policies::replace_rule(change, &id, &rule, &body))?))
}

async fn remove_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::remove_rule(change, &path.get("id"), &path.get("rule")))?;
    Ok(respond::no_content())
}

async fn activate_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::set_rule_status(change, &path.get("id"), &path.get("rule"), true))?;
    Ok(respond::no_content())
}

async fn deactivate_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::set_rule_status(change, &path.get("id"), &path.get("rule"), false))?;
    Ok(respond::no_content())
}
