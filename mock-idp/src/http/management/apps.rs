//! Apps. Okta: `/api/v1/apps`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::apps::{self, id_token, interclient};
use mock_idp_core::model::Status;
use serde_json::{Map, Value, json};

use super::respond;
use super::rows::row;
use crate::engine::{FIRST_CERTIFICATE, Management};
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const MANAGE: &[&str] = &["okta.apps.manage"];
const READ_GROUPS: &[&str] = &["okta.groups.read", "okta.groups.manage"];

const ALLOWED_APPS: &[&str] = &["/api/v1/apps/{id}/interclient-allowed-apps"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/apps"], READ, handler!(list)),
    row(Method::POST, &["/api/v1/apps"], MANAGE, handler!(create)),
    row(Method::GET, &["/api/v1/groups/{id}/apps"], READ_GROUPS, handler!(list_of_group)),
    row(Method::GET, ALLOWED_APPS, READ, handler!(allowed_apps)),
    row(Method::POST, ALLOWED_APPS, MANAGE, handler!(allow_app)),
    row(Method::DELETE, &["/api/v1/apps/{id}/interclient-allowed-apps/{app}"], MANAGE, handler!(disallow_app)),
    row(Method::GET, &["/api/v1/apps/{id}/interclient-target-apps"], READ, handler!(target_apps)),
    row(Method::GET, &["/api/v1/apps/{id}"], READ, handler!(get)),
    row(Method::PUT, &["/api/v1/apps/{id}"], MANAGE, handler!(replace)),
    row(Method::DELETE, &["/api/v1/apps/{id}"], MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/apps/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/apps/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
    row(Method::PUT, &["/api/v1/apps/{id}/policies/{policy}"], MANAGE, handler!(set_policy)),
    row(Method::GET, &["/api/v1/internal/apps/{id}/settings/oauth/idToken"], READ, handler!(get_id_token)),
    row(Method::POST, &["/api/v1/internal/apps/{id}/settings/oauth/idToken"], MANAGE, handler!(set_id_token)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    let kid = call.signing_key_id().await?;
    call.read(|org, call| apps::list(org, call, &kid, &query)).map(respond::list)
}

async fn list_of_group(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let kid = call.signing_key_id().await?;
    call.read(|org, call| apps::list_of_group(org, call, &kid, &path.get("id"), &query)).map(respond::list)
}

async fn allowed_apps(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| interclient::allowed(org, &path.get("id")))?))
}

async fn allow_app(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| interclient::allow(change, &path.get("id"), &body))?))
}

async fn disallow_app(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| interclient::disallow(change, &path.get("id"), &path.get("app")))?;
    Ok(respond::no_content())
}

async fn target_apps(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| interclient::targets(org, &path.get("id")))?))
}

async fn create(call: Management, Query(query): Query, body: JsonBody) -> Result<Response, ApiError> {
    let (kid, body) = (call.signing_key_id().await?, body.read()?);
    let activate = query.get("activate") != Some("false");
    let certificate =
        if apps::needs_signing_key(&body) { Some(call.new_certificate(FIRST_CERTIFICATE).await?) } else { None };
    let certificate = certificate.as_ref();
    Ok(respond::ok(&call.change(|change| apps::create(change, &kid, body, activate, certificate))?))
}

async fn get(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let kid = call.signing_key_id().await?;
    Ok(respond::ok(&call.read(|org, call| apps::get(org, call, &kid, &path.get("id"), &query))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (kid, body) = (call.signing_key_id().await?, body.read()?);
    Ok(respond::ok(&call.change(|change| apps::replace(change, &kid, &path.get("id"), body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| apps::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| apps::set_status(change, &path.get("id"), Status::Active))?;
    Ok(respond::ok(&json!({})))
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| apps::set_status(change, &path.get("id"), Status::Inactive))?;
    Ok(respond::ok(&json!({})))
}

async fn set_policy(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| apps::set_policy(change, &path.get("id"), &path.get("policy")))?;
    Ok(respond::no_content())
}

async fn get_id_token(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        Ok(id_token::view(app, call.base(), false))
    })?;
    Ok(respond::ok(&shown))
}

async fn set_id_token(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Value = body.read()?;
    let shown = call.change(|change| {
        let app = id_token::replace(apps::find_client(change.draft, &path.get("id"))?, body)?;
        let shown = id_token::view(&app, change.call.base(), true);
        change.draft.put_app(app);
        Ok(shown)
    })?;
    Ok(respond::ok(&shown))
}
