//! Brands, themes and mails. Okta: `/api/v1/brands`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::brands::{self, customizations, templates, themes};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.brands.read", "okta.brands.manage"];
const MANAGE: &[&str] = &["okta.brands.manage"];
const READ_TEMPLATES: &[&str] = &["okta.templates.read", "okta.templates.manage"];
const MANAGE_TEMPLATES: &[&str] = &["okta.templates.manage"];

const ALL: &[&str] = &["/api/v1/brands"];
const ONE: &[&str] = &["/api/v1/brands/{id}"];
const THEME: &[&str] = &["/api/v1/brands/{id}/themes/{theme}"];
const SETTINGS: &[&str] = &["/api/v1/brands/{id}/templates/email/{name}/settings"];
const CUSTOMIZATIONS: &[&str] = &["/api/v1/brands/{id}/templates/email/{name}/customizations"];
const CUSTOMIZATION: &[&str] = &["/api/v1/brands/{id}/templates/email/{name}/customizations/{customization}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(create)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
    row(Method::GET, &["/api/v1/brands/{id}/domains"], READ, handler!(domains)),
    row(Method::GET, &["/api/v1/brands/{id}/themes"], READ, handler!(list_themes)),
    row(Method::GET, THEME, READ, handler!(get_theme)),
    row(Method::PUT, THEME, MANAGE, handler!(replace_theme)),
    row(Method::GET, &["/api/v1/brands/{id}/templates/email"], READ_TEMPLATES, handler!(list_templates)),
    row(Method::GET, &["/api/v1/brands/{id}/templates/email/{name}"], READ_TEMPLATES, handler!(get_template)),
    row(Method::GET, SETTINGS, READ_TEMPLATES, handler!(get_settings)),
    row(Method::PUT, SETTINGS, MANAGE_TEMPLATES, handler!(set_settings)),
    row(Method::GET, CUSTOMIZATIONS, READ_TEMPLATES, handler!(list_customizations)),
    row(Method::POST, CUSTOMIZATIONS, MANAGE_TEMPLATES, handler!(create_customization)),
    row(Method::DELETE, CUSTOMIZATIONS, MANAGE_TEMPLATES, handler!(remove_customizations)),
    row(Method::GET, CUSTOMIZATION, READ_TEMPLATES, handler!(get_customization)),
    row(Method::PUT, CUSTOMIZATION, MANAGE_TEMPLATES, handler!(replace_customization)),
    row(Method::DELETE, CUSTOMIZATION, MANAGE_TEMPLATES, handler!(remove_customization)),
];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| brands::list(org, call, &query)).map(respond::list)
}

async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| brands::create(change, &body))?))
}

async fn get(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| brands::get(org, call, &path.get("id"), &query))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| brands::replace(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| brands::remove(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn domains(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| brands::domains(org, &path.get("id")))?))
}

async fn list_themes(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| themes::list(org, call, &path.get("id")))?))
}

async fn get_theme(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| themes::get(org, call, &path.get("id"), &path.get("theme")))?))
}

async fn replace_theme(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, theme, body): (_, _, Map<String, Value>) = (path.get("id"), path.get("theme"), body.read()?);
    Ok(respond::ok(&call.change(|change| themes::replace(change, &id, &theme, &body))?))
}

async fn list_templates(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| templates::list(org, call, &path.get("id"), &query)).map(respond::list)
}

async fn get_template(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let (id, name) = (path.get("id"), path.get("name"));
    Ok(respond::ok(&call.read(|org, call| templates::get(org, call, &id, &name, &query))?))
}

async fn get_settings(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| templates::settings(org, call, &path.get("id"), &path.get("name")))?))
}

async fn set_settings(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, name, body): (_, _, Map<String, Value>) = (path.get("id"), path.get("name"), body.read()?);
    Ok(respond::ok(&call.change(|change| templates::set_settings(change, &id, &name, &body))?))
}

async fn list_customizations(
    call: Management,
    path: PathParameters,
    Query(query): Query,
) -> Result<Response, ApiError> {
    let (id, name) = (path.get("id"), path.get("name"));
    call.read(|org, call| customizations::list(org, call, &id, &name, &query)).map(respond::list)
}

async fn create_customization(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, name, body): (_, _, Map<String, Value>) = (path.get("id"), path.get("name"), body.read()?);
    Ok(respond::created(&call.change(|change| customizations::create(change, &id, &name, &body))?))
}

async fn remove_customizations(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| customizations::remove_all(change, &path.get("id"), &path.get("name")))?;
    Ok(respond::no_content())
}

async fn get_customization(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, name, one) = (path.get("id"), path.get("name"), path.get("customization"));
    Ok(respond::ok(&call.read(|org, call| customizations::get(org, call, &id, &name, &one))?))
}

async fn replace_customization(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, name, one) = (path.get("id"), path.get("name"), path.get("customization"));
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| customizations::replace(change, &id, &name, &one, &body))?))
}

async fn remove_customization(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, name, one) = (path.get("id"), path.get("name"), path.get("customization"));
    call.change(|change| customizations::remove(change, &id, &name, &one))?;
    Ok(respond::no_content())
}
