//! The secrets and keys of clients. Okta: `/api/v1/apps/{id}/credentials`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::apps::{self, keys, secrets};
use mock_idp_core::management::{ApiError, ManagementChange};
use mock_idp_core::model::{App, ClientSecret, Status};
use mock_idp_core::org::Times;
use mock_idp_core::protocol::jose::Jwk;
use serde_json::Value;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const MANAGE: &[&str] = &["okta.apps.manage"];
const ALL_SECRETS: &[&str] = &["/api/v1/apps/{id}/credentials/secrets"];
const SECRET: &[&str] = &["/api/v1/apps/{id}/credentials/secrets/{secret}"];
const ALL_KEYS: &[&str] = &["/api/v1/apps/{id}/credentials/jwks"];
const KEY: &[&str] = &["/api/v1/apps/{id}/credentials/jwks/{key}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL_SECRETS, READ, handler!(list_secrets)),
    row(Method::POST, ALL_SECRETS, MANAGE, handler!(add_secret)),
    row(Method::GET, SECRET, READ, handler!(get_secret)),
    row(Method::DELETE, SECRET, MANAGE, handler!(remove_secret)),
    row(
        Method::POST,
        &["/api/v1/apps/{id}/credentials/secrets/{secret}/lifecycle/activate"],
        MANAGE,
        handler!(activate_secret),
    ),
    row(
        Method::POST,
        &["/api/v1/apps/{id}/credentials/secrets/{secret}/lifecycle/deactivate"],
        MANAGE,
        handler!(deactivate_secret),
    ),
    row(Method::GET, ALL_KEYS, READ, handler!(list_keys)),
    row(Method::POST, ALL_KEYS, MANAGE, handler!(add_key)),
    row(Method::GET, KEY, READ, handler!(get_key)),
    row(Method::DELETE, KEY, MANAGE, handler!(remove_key)),
    row(Method::POST, &["/api/v1/apps/{id}/credentials/jwks/{key}/lifecycle/activate"], MANAGE, handler!(activate_key)),
    row(
        Method::POST,
        &["/api/v1/apps/{id}/credentials/jwks/{key}/lifecycle/deactivate"],
        MANAGE,
        handler!(deactivate_key),
    ),
];

async fn list_secrets(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        let all = secrets::all(app);
        Ok(all.iter().map(|secret| secrets::view(call.base(), &app.id, secret)).collect::<Vec<_>>())
    })?;
    Ok(respond::ok(&shown))
}

async fn add_secret(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read_optional()?;
    let shown = change_secret(&call, &path, |app, change| secrets::add(app, &body, change.moment))?;
    Ok(respond::created(&shown))
}

async fn get_secret(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        Ok(secrets::view(call.base(), &app.id, &secrets::get(app, &path.get("secret"))?))
    })?;
    Ok(respond::ok(&shown))
}

async fn remove_secret(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| {
        let app = secrets::remove(apps::find_client(change.draft, &path.get("id"))?, &path.get("secret"))?;
        change.draft.put_app(app);
        Ok(())
    })?;
    Ok(respond::no_content())
}

async fn activate_secret(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_secret_status(&call, &path, Status::Active)
}

async fn deactivate_secret(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    set_secret_status(&call, &path, Status::Inactive)
}

fn set_secret_status(call: &Management, path: &PathParameters, status: Status) -> Result<Response, ApiError> {
    let id = path.get("secret");
    let shown = change_secret(call, path, |app, change| secrets::set_status(app, &id, status, change.moment.now))?;
    Ok(respond::ok(&shown))
}

fn change_secret(
    call: &Management,
    path: &PathParameters,
    rule: impl FnOnce(&App, &mut ManagementChange<'_, '_>) -> Result<(App, ClientSecret), ApiError>,
) -> Result<Value, ApiError> {
    call.change(|change| {
        let app = apps::find_client(change.draft, &path.get("id"))?.clone();
        let (app, secret) = rule(&app, change)?;
        let shown = secrets::view(change.call.base(), &app.id, &secret);
        change.draft.put_app(app);
        Ok(shown)
    })
}

async fn list_keys(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        let times = org.times(&app.id).unwrap_or(Times { created: call.now, last_updated: call.now });
        Ok(keys::all(app).iter().map(|key| keys::view(call.base(), app, key, times)).collect::<Vec<_>>())
    })?;
    Ok(respond::ok(&shown))
}

async fn add_key(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let shown = change_key(&call, &path, |app, change| keys::add(app, body, change.moment))?;
    Ok(respond::created(&shown))
}

async fn get_key(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        let times = org.times(&app.id).unwrap_or(Times { created: call.now, last_updated: call.now });
        Ok(keys::view(call.base(), app, keys::get(app, &path.get("key"))?, times))
    })?;
    Ok(respond::ok(&shown))
}

async fn remove_key(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| {
        let app = keys::remove(apps::find_client(change.draft, &path.get("id"))?, &path.get("key"))?;
        change.draft.put_app(app);
        Ok(())
    })?;
    Ok(respond::no_content())
}

async fn activate_key(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let id = path.get("key");
    Ok(respond::ok(&change_key(&call, &path, |app, _| keys::set_status(app, &id, Status::Active))?))
}

async fn deactivate_key(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let id = path.get("key");
    Ok(respond::ok(&change_key(&call, &path, |app, _| keys::set_status(app, &id, Status::Inactive))?))
}

fn change_key(
    call: &Management,
    path: &PathParameters,
    rule: impl FnOnce(&App, &mut ManagementChange<'_, '_>) -> Result<(App, Jwk), ApiError>,
) -> Result<Value, ApiError> {
    call.change(|change| {
        let app = apps::find_client(change.draft, &path.get("id"))?.clone();
        let (app, key) = rule(&app, change)?;
        let created = app.created.unwrap_or(change.moment.now);
        let times = Times { created, last_updated: change.moment.now };
        let shown = keys::view(change.call.base(), &app, &key, times);
        change.draft.put_app(app);
        Ok(shown)
    })
}
