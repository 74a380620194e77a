//! Authorization servers. Okta: `/api/v1/authorizationServers`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::authorization_servers::{self as servers, associated};
use mock_idp_core::management::{ApiError, ListedPage};
use mock_idp_core::model::Status;
use serde_json::Value;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.authorizationServers.read", "okta.authorizationServers.manage"];
const MANAGE: &[&str] = &["okta.authorizationServers.manage"];

const SERVERS: &[&str] = &["/api/v1/authorizationServers"];
const SERVER: &[&str] = &["/api/v1/authorizationServers/{id}"];
const ASSOCIATED: &[&str] = &["/api/v1/authorizationServers/{id}/associatedServers"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, SERVERS, READ, handler!(list)),
    row(Method::POST, SERVERS, MANAGE, handler!(create)),
    row(Method::GET, SERVER, READ, handler!(get)),
    row(Method::PUT, SERVER, MANAGE, handler!(replace)),
    row(Method::DELETE, SERVER, MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/authorizationServers/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/authorizationServers/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
    row(Method::GET, ASSOCIATED, READ, handler!(list_associated)),
    row(Method::POST, ASSOCIATED, MANAGE, handler!(add_associated)),
    row(
        Method::DELETE,
        &["/api/v1/authorizationServers/{id}/associatedServers/{associated}"],
        MANAGE,
        handler!(remove_associated),
    ),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    let (ids, paging, next) = call.read(|org, _| servers::list(org, &query))?;
    let shown = show_all(&call, &ids, true).await?;
    call.read(|_, call| Ok(paging.listed(call, "/api/v1/authorizationServers", shown, next))).map(respond::list)
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let id = call.change(|change| servers::create(change, &body))?;
    Ok(respond::created(&show(&call, &id, true).await?))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let id = call.read(|org, _| servers::find(org, &path.get("id")).map(|server| server.id.clone()))?;
    Ok(respond::ok(&show(&call, &id, true).await?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let id = call.change(|change| servers::replace(change, &path.get("id"), &body))?;
    Ok(respond::ok(&show(&call, &id, true).await?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| servers::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| servers::set_status(change, &path.get("id"), Status::Active))?;
    Ok(respond::no_content())
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| servers::set_status(change, &path.get("id"), Status::Inactive))?;
    Ok(respond::no_content())
}

async fn show(call: &Management, id: &str, with_links: bool) -> Result<Value, ApiError> {
    let signing = call.signing_state(id).await?;
    call.read_latest(|org, call| Ok(servers::view(org, call, servers::find(org, id)?, &signing, with_links)))
}

async fn show_all(call: &Management, ids: &[String], with_links: bool) -> Result<Vec<Value>, ApiError> {
    let mut shown = Vec::with_capacity(ids.len());
    for id in ids {
        shown.push(show(call, id, with_links).await?);
    }
    Ok(shown)
}

/// Okta: the links of this list name the list of all servers, and there is always a next page.
async fn list_associated(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let trusted = query.get("trusted") == Some("true");
    let (ids, limit) = call.read(|org, _| associated::ids(org, &path.get("id"), &query))?;
    let limit = limit.map_or_else(|| "-1".to_owned(), |limit| limit.to_string());
    let objects = show_all(&call, &ids, false).await?;
    let links = call.read(|_, call| {
        let list = format!("{}/api/v1/authorizationServers", call.base());
        let this = format!("<{list}?limit={limit}&trusted={trusted}>; rel=\"self\"");
        let next =
            ids.last().map(|last| format!("<{list}?after={last}&limit={limit}&trusted={trusted}>; rel=\"next\""));
        Ok(std::iter::once(this).chain(next).collect())
    })?;
    Ok(respond::list(ListedPage { objects, links }))
}

async fn add_associated(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let ids = call.change(|change| associated::add(change, &path.get("id"), &body))?;
    Ok(respond::ok(&show_all(&call, &ids, false).await?))
}

async fn remove_associated(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| associated::remove(change, &path.get("id"), &path.get("associated")))?;
    Ok(respond::no_content())
}
