//! What decides about the tokens of authorization servers: scopes, claims, access policies and their rules. Okta:
//! `/api/v1/authorizationServers/{id}/…`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::authorization_servers::{claims, policies, rules, scopes};
use mock_idp_core::model::Status;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.authorizationServers.read", "okta.authorizationServers.manage"];
const MANAGE: &[&str] = &["okta.authorizationServers.manage"];

const SCOPES: &[&str] = &["/api/v1/authorizationServers/{id}/scopes"];
const SCOPE: &[&str] = &["/api/v1/authorizationServers/{id}/scopes/{scope}"];
const CLAIMS: &[&str] = &["/api/v1/authorizationServers/{id}/claims"];
const CLAIM: &[&str] = &["/api/v1/authorizationServers/{id}/claims/{claim}"];
const POLICIES: &[&str] = &["/api/v1/authorizationServers/{id}/policies"];
const POLICY: &[&str] = &["/api/v1/authorizationServers/{id}/policies/{policy}"];
const ACTIVATE_POLICY: &[&str] = &["/api/v1/authorizationServers/{id}/policies/{policy}/lifecycle/activate"];
const DEACTIVATE_POLICY: &[&str] = &["/api/v1/authorizationServers/{id}/policies/{policy}/lifecycle/deactivate"];
const RULES: &[&str] = &["/api/v1/authorizationServers/{id}/policies/{policy}/rules"];
const RULE: &[&str] = &["/api/v1/authorizationServers/{id}/policies/{policy}/rules/{rule}"];
const ACTIVATE_RULE: &[&str] = &["/api/v1/authorizationServers/{id}/policies/{policy}/rules/{rule}/lifecycle/activate"];
const DEACTIVATE_RULE: &[&str] =
    &["/api/v1/authorizationServers/{id}/policies/{policy}/rules/{rule}/lifecycle/deactivate"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, SCOPES, READ, handler!(list_scopes)),
    row(Method::POST, SCOPES, MANAGE, handler!(create_scope)),
    row(Method::GET, SCOPE, READ, handler!(get_scope)),
    row(Method::PUT, SCOPE, MANAGE, handler!(replace_scope)),
    row(Method::DELETE, SCOPE, MANAGE, handler!(remove_scope)),
    row(Method::GET, CLAIMS, READ, handler!(list_claims)),
    row(Method::POST, CLAIMS, MANAGE, handler!(create_claim)),
    row(Method::GET, CLAIM, READ, handler!(get_claim)),
    row(Method::PUT, CLAIM, MANAGE, handler!(replace_claim)),
    row(Method::DELETE, CLAIM, MANAGE, handler!(remove_claim)),
    row(Method::GET, POLICIES, READ, handler!(list_policies)),
    row(Method::POST, POLICIES, MANAGE, handler!(create_policy)),
    row(Method::GET, POLICY, READ, handler!(get_policy)),
    row(Method::PUT, POLICY, MANAGE, handler!(replace_policy)),
    row(Method::DELETE, POLICY, MANAGE, handler!(remove_policy)),
    row(Method::POST, ACTIVATE_POLICY, MANAGE, handler!(activate_policy)),
    row(Method::POST, DEACTIVATE_POLICY, MANAGE, handler!(deactivate_policy)),
    row(Method::GET, RULES, READ, handler!(list_rules)),
    row(Method::POST, RULES, MANAGE, handler!(create_rule)),
    row(Method::GET, RULE, READ, handler!(get_rule)),
    row(Method::PUT, RULE, MANAGE, handler!(replace_rule)),
    row(Method::DELETE, RULE, MANAGE, handler!(remove_rule)),
    row(Method::POST, ACTIVATE_RULE, MANAGE, handler!(activate_rule)),
    row(Method::POST, DEACTIVATE_RULE, MANAGE, handler!(deactivate_rule)),
];

async fn list_scopes(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| scopes::list(org, call, &path.get("id"), &query, path.path())).map(respond::list)
}

async fn create_scope(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::created(&call.change(|change| scopes::put(change, &path.get("id"), None, body))?))
}

async fn get_scope(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| scopes::get(org, call, &path.get("id"), &path.get("scope")))?))
}

async fn replace_scope(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (body, scope) = (body.read()?, path.get("scope"));
    Ok(respond::ok(&call.change(|change| scopes::put(change, &path.get("id"), Some(&scope), body))?))
}

async fn remove_scope(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| scopes::remove(change, &path.get("id"), &path.get("scope")))?;
    Ok(respond::no_content())
}

async fn list_claims(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| claims::list(org, call, &path.get("id")))?))
}

async fn create_claim(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::created(&call.change(|change| claims::put(change, &path.get("id"), None, body))?))
}

async fn get_claim(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| claims::get(org, call, &path.get("id"), &path.get("claim")))?))
}

async fn replace_claim(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (body, claim) = (body.read()?, path.get("claim"));
    Ok(respond::ok(&call.change(|change| claims::put(change, &path.get("id"), Some(&claim), body))?))
}

async fn remove_claim(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| claims::remove(change, &path.get("id"), &path.get("claim")))?;
    Ok(respond::no_content())
}

async fn list_policies(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| policies::list(org, call, &path.get("id")))?))
}

async fn create_policy(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::created(&call.change(|change| policies::put(change, &path.get("id"), None, &body))?))
}

async fn get_policy(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| policies::get(org, call, &path.get("id"), &path.get("policy")))?))
}

async fn replace_policy(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (body, policy) = (body.read()?, path.get("policy"));
    Ok(respond::ok(&call.change(|change| policies::put(change, &path.get("id"), Some(&policy), &body))?))
}

async fn remove_policy(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::remove(change, &path.get("id"), &path.get("policy")))?;
    Ok(respond::no_content())
}

async fn activate_policy(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::set_status(change, &path.get("id"), &path.get("policy"), Status::Active))?;
    Ok(respond::no_content())
}

async fn deactivate_policy(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| policies::set_status(change, &path.get("id"), &path.get("policy"), Status::Inactive))?;
    Ok(respond::no_content())
}

async fn list_rules(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| rules::list(org, call, &path.get("id"), &path.get("policy")))?))
}

async fn create_rule(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (body, policy) = (body.read()?, path.get("policy"));
    Ok(respond::created(&call.change(|change| rules::put(change, &path.get("id"), &policy, None, &body))?))
}

async fn get_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, policy, rule) = (path.get("id"), path.get("policy"), path.get("rule"));
    Ok(respond::ok(&call.read(|org, call| rules::get(org, call, &id, &policy, &rule))?))
}

async fn replace_rule(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let (id, policy, rule) = (path.get("id"), path.get("policy"), path.get("rule"));
    Ok(respond::ok(&call.change(|change| rules::put(change, &id, &policy, Some(&rule), &body))?))
}

async fn remove_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| rules::remove(change, &path.get("id"), &path.get("policy"), &path.get("rule")))?;
    Ok(respond::no_content())
}

async fn activate_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_rule_status(&call, &path, Status::Active)
}

async fn deactivate_rule(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_rule_status(&call, &path, Status::Inactive)
}

fn set_rule_status(call: &Management, path: &PathParameters, status: Status) -> Result<Response, ApiError> {
    let (id, policy, rule) = (path.get("id"), path.get("policy"), path.get("rule"));
    call.change(|change| rules::set_status(change, &id, &policy, &rule, status))?;
    Ok(respond::no_content())
}
