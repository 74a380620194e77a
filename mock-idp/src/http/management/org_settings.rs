//! The org itself. Okta: `/api/v1/org`, `/api/v1/features`, `/api/v1/brands`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::org_settings::{self, COMMUNICATION, FOOTER, OrgSwitch};
use mock_idp_core::management::{ApiError, brands, features};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.orgs.read", "okta.orgs.manage"];
const MANAGE: &[&str] = &["okta.orgs.manage"];
const READ_FEATURES: &[&str] = &["okta.features.read", "okta.features.manage"];
const MANAGE_FEATURES: &[&str] = &["okta.features.manage"];
const READ_BRANDS: &[&str] = &["okta.brands.read", "okta.brands.manage"];
const READ_TEMPLATES: &[&str] = &["okta.templates.read", "okta.templates.manage"];

const ORG: &[&str] = &["/api/v1/org"];
const CONTACT: &[&str] = &["/api/v1/org/contacts/{type}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ORG, READ, handler!(get)),
    row(Method::POST, ORG, MANAGE, handler!(update)),
    row(Method::PUT, ORG, MANAGE, handler!(replace)),
    row(Method::GET, &["/api/v1/org/contacts"], READ, handler!(contacts)),
    row(Method::GET, CONTACT, READ, handler!(contact)),
    row(Method::PUT, CONTACT, MANAGE, handler!(set_contact)),
    row(Method::GET, &["/api/v1/org/preferences"], READ, handler!(preferences)),
    row(Method::POST, &["/api/v1/org/preferences/showEndUserFooter"], MANAGE, handler!(show_footer)),
    row(Method::POST, &["/api/v1/org/preferences/hideEndUserFooter"], MANAGE, handler!(hide_footer)),
    row(Method::GET, &["/api/v1/org/privacy/oktaCommunication"], READ, handler!(communication)),
    row(Method::POST, &["/api/v1/org/privacy/oktaCommunication/optIn"], MANAGE, handler!(opt_in)),
    row(Method::POST, &["/api/v1/org/privacy/oktaCommunication/optOut"], MANAGE, handler!(opt_out)),
    row(Method::GET, &["/api/v1/org/privacy/oktaSupport"], READ, handler!(support)),
    row(Method::GET, &["/api/v1/features"], READ_FEATURES, handler!(list_features)),
    row(Method::GET, &["/api/v1/features/{id}"], READ_FEATURES, handler!(feature)),
    row(
        Method::GET,
        &["/api/v1/features/{id}/dependencies", "/api/v1/features/{id}/dependents"],
        READ_FEATURES,
        handler!(related_features),
    ),
    row(Method::POST, &["/api/v1/features/{id}/{lifecycle}"], MANAGE_FEATURES, handler!(set_feature)),
    row(Method::GET, &["/api/v1/brands"], READ_BRANDS, handler!(list_brands)),
    row(Method::GET, &["/api/v1/brands/{id}"], READ_BRANDS, handler!(brand)),
    row(Method::GET, &["/api/v1/brands/{id}/themes"], READ_BRANDS, handler!(themes)),
    row(Method::GET, &["/api/v1/brands/{id}/themes/{theme}"], READ_BRANDS, handler!(theme)),
    row(Method::GET, &["/api/v1/brands/{id}/domains"], READ_BRANDS, handler!(domains)),
    row(Method::GET, &["/api/v1/brands/{id}/templates/email"], READ_TEMPLATES, handler!(templates)),
    row(Method::GET, &["/api/v1/brands/{id}/templates/email/{name}"], READ_TEMPLATES, handler!(template)),
    row(
        Method::GET,
        &["/api/v1/brands/{id}/templates/email/{name}/settings"],
        READ_TEMPLATES,
        handler!(template_settings),
    ),
    row(
        Method::GET,
        &["/api/v1/brands/{id}/templates/email/{name}/customizations"],
        READ_TEMPLATES,
        handler!(customizations),
    ),
];

async fn get(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(org_settings::org(org, call)))?))
}

async fn update(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    set_org(&call, &body.read()?, true)
}

async fn replace(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    set_org(&call, &body.read()?, false)
}

fn set_org(call: &Management, body: &Map<String, Value>, merge: bool) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| org_settings::set_org(change, body, merge))?))
}

async fn contacts(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|_, call| Ok(org_settings::contacts(call)))?))
}

async fn contact(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| org_settings::contact(org, call, &path.get("type")))?))
}

async fn set_contact(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| org_settings::set_contact(change, &path.get("type"), &body))?))
}

async fn preferences(call: Management) -> Result<Response, ApiError> {
    switch(&call, &FOOTER)
}

async fn show_footer(call: Management) -> Result<Response, ApiError> {
    set_switch(&call, &FOOTER, true)
}

async fn hide_footer(call: Management) -> Result<Response, ApiError> {
    set_switch(&call, &FOOTER, false)
}

async fn communication(call: Management) -> Result<Response, ApiError> {
    switch(&call, &COMMUNICATION)
}

async fn opt_in(call: Management) -> Result<Response, ApiError> {
    set_switch(&call, &COMMUNICATION, false)
}

async fn opt_out(call: Management) -> Result<Response, ApiError> {
    set_switch(&call, &COMMUNICATION, true)
}

fn switch(call: &Management, switch: &OrgSwitch) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(org_settings::switch(org, call, switch)))?))
}

fn set_switch(call: &Management, switch: &OrgSwitch, on: bool) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| Ok(org_settings::set_switch(change, switch, on)))?))
}

async fn support(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|_, call| Ok(org_settings::support(call)))?))
}

async fn list_features(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(features::list(org, call)))?))
}

async fn feature(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| features::get(org, call, &path.get("id")))?))
}

async fn related_features(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| features::related(org, &path.get("id")))?))
}

async fn set_feature(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, operation) = (path.get("id"), path.get("lifecycle"));
    Ok(respond::ok(&call.change(|change| features::set(change, &id, &operation))?))
}

async fn list_brands(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| brands::list(org, call, &query)).map(respond::list)
}

async fn brand(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| brands::get(org, call, &path.get("id"), &query))?))
}

async fn themes(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| brands::themes(org, call, &path.get("id")))?))
}

async fn theme(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| brands::theme(org, call, &path.get("id"), &path.get("theme")))?))
}

async fn domains(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| brands::domains(org, &path.get("id")))?))
}

async fn templates(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| brands::templates(org, call, &path.get("id"), &query)).map(respond::list)
}

async fn template(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| brands::template(org, call, &path.get("id"), &path.get("name")))?))
}

async fn template_settings(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, name) = (path.get("id"), path.get("name"));
    Ok(respond::ok(&call.read(|org, call| brands::template_settings(org, call, &id, &name))?))
}

async fn customizations(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| brands::customizations(org, &path.get("id"), &path.get("name")))?))
}
