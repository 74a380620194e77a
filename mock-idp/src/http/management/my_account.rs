//! What users read and change of their own accounts. Okta: `/idp/myaccount/…`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::{ApiError, my_account, users};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ_PROFILE: &[&str] = &["okta.myAccount.profile.read", "okta.myAccount.profile.manage"];
const MANAGE_PROFILE: &[&str] = &["okta.myAccount.profile.manage"];
const READ_PASSWORD: &[&str] = &["okta.myAccount.password.read", "okta.myAccount.password.manage"];
const MANAGE_PASSWORD: &[&str] = &["okta.myAccount.password.manage"];
const READ_EMAILS: &[&str] = &["okta.myAccount.email.read", "okta.myAccount.email.manage"];
const READ_ORGANIZATION: &[&str] = &["okta.myAccount.organization.read"];
const MANAGE_SESSIONS: &[&str] = &["okta.myAccount.sessions.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/idp/myaccount/profile"], READ_PROFILE, handler!(profile)),
    row(Method::PUT, &["/idp/myaccount/profile"], MANAGE_PROFILE, handler!(replace_profile)),
    row(Method::GET, &["/idp/myaccount/password"], READ_PASSWORD, handler!(password)),
    row(Method::PUT, &["/idp/myaccount/password"], MANAGE_PASSWORD, handler!(replace_password)),
    row(Method::POST, &["/idp/myaccount/password/change-password"], MANAGE_PASSWORD, handler!(change_password)),
    row(Method::GET, &["/idp/myaccount/password/complexity-requirements"], READ_PASSWORD, handler!(requirements)),
    row(Method::GET, &["/idp/myaccount/emails"], READ_EMAILS, handler!(emails)),
    row(Method::GET, &["/idp/myaccount/emails/{id}"], READ_EMAILS, handler!(email)),
    row(Method::GET, &["/idp/myaccount/organization"], READ_ORGANIZATION, handler!(organization)),
    row(Method::DELETE, &["/idp/myaccount/sessions"], MANAGE_SESSIONS, handler!(end_sessions)),
];

async fn profile(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::profile(org, call))?))
}

async fn replace_profile(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| my_account::replace_profile(change, &body))?))
}

async fn password(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::password(org, call))?))
}

async fn replace_password(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| my_account::replace_password(change, &body))?))
}

async fn change_password(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    call.change(|change| my_account::change_password(change, &body))?;
    Ok(respond::no_content())
}

async fn requirements(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::password_requirements(org, call))?))
}

async fn emails(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::emails(org, call))?))
}

async fn email(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::email(org, call, &path.get("id")))?))
}

async fn organization(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(my_account::organization(org, call)))?))
}

/// Okta: tokens are revoked too, unless `oauthTokens=false`.
async fn end_sessions(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    let user = call.read(|org, call| users::find(org, call, "me").map(|user| user.id.clone()))?;
    call.end_sessions(&user, query.get("oauthTokens") != Some("false")).await?;
    Ok(respond::no_content())
}
