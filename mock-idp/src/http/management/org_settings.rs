//! The org itself. Okta: `/api/v1/org`, `/api/v1/features`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::org_settings::{
    self, ADMIN_APP, CLIENT_PRIVILEGES, COMMUNICATION, FOOTER, OrgFlag, OrgSwitch, SupportChange, THIRD_PARTY_ADMIN,
};
use mock_idp_core::management::{ApiError, features};
use serde_json::{Map, Value, json};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Route, handler};

const READ: &[&str] = &["okta.orgs.read", "okta.orgs.manage"];
const MANAGE: &[&str] = &["okta.orgs.manage"];
const READ_FEATURES: &[&str] = &["okta.features.read", "okta.features.manage"];
const MANAGE_FEATURES: &[&str] = &["okta.features.manage"];

const ORG: &[&str] = &["/api/v1/org"];
const CONTACT: &[&str] = &["/api/v1/org/contacts/{type}"];
const ADMIN_APP_SETTING: &[&str] = &["/api/v1/org/settings/autoAssignAdminAppSetting"];
const THIRD_PARTY_SETTING: &[&str] = &["/api/v1/org/orgSettings/thirdPartyAdminSetting"];
const CLIENT_PRIVILEGES_SETTING: &[&str] = &["/api/v1/org/settings/clientPrivilegesSetting"];

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
    row(Method::GET, &["/api/v1/org/privacy/oktaSupport/cases"], READ, handler!(support_cases)),
    row(Method::POST, &["/api/v1/org/privacy/oktaSupport/grant"], MANAGE, handler!(grant_support)),
    row(Method::POST, &["/api/v1/org/privacy/oktaSupport/extend"], MANAGE, handler!(extend_support)),
    row(Method::POST, &["/api/v1/org/privacy/oktaSupport/revoke"], MANAGE, handler!(revoke_support)),
    row(Method::GET, THIRD_PARTY_SETTING, READ, handler!(third_party_admin)),
    row(Method::POST, THIRD_PARTY_SETTING, MANAGE, handler!(set_third_party_admin)),
    row(Method::GET, ADMIN_APP_SETTING, READ, handler!(admin_app)),
    row(Method::POST, ADMIN_APP_SETTING, MANAGE, handler!(set_admin_app)),
    row(Method::GET, CLIENT_PRIVILEGES_SETTING, READ, handler!(client_privileges)),
    row(Method::PUT, CLIENT_PRIVILEGES_SETTING, MANAGE, handler!(set_client_privileges)),
    row(Method::GET, &["/api/v1/features"], READ_FEATURES, handler!(list_features)),
    row(Method::GET, &["/api/v1/features/{id}"], READ_FEATURES, handler!(feature)),
    row(
        Method::GET,
        &["/api/v1/features/{id}/dependencies", "/api/v1/features/{id}/dependents"],
        READ_FEATURES,
        handler!(related_features),
    ),
    row(Method::POST, &["/api/v1/features/{id}/{lifecycle}"], MANAGE_FEATURES, handler!(set_feature)),
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
    Ok(respond::ok(&call.read(|org, call| Ok(org_settings::support(org, call)))?))
}

/// There are no cases at Okta's support.
async fn support_cases(_: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&json!({ "supportCases": [] })))
}

async fn grant_support(call: Management) -> Result<Response, ApiError> {
    change_support(&call, SupportChange::Grant)
}

async fn extend_support(call: Management) -> Result<Response, ApiError> {
    change_support(&call, SupportChange::Extend)
}

async fn revoke_support(call: Management) -> Result<Response, ApiError> {
    change_support(&call, SupportChange::Revoke)
}

fn change_support(call: &Management, wanted: SupportChange) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(|change| org_settings::change_support(change, wanted))?))
}

async fn third_party_admin(call: Management) -> Result<Response, ApiError> {
    flag(&call, &THIRD_PARTY_ADMIN)
}

async fn set_third_party_admin(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    set_flag(&call, &THIRD_PARTY_ADMIN, &body)
}

async fn admin_app(call: Management) -> Result<Response, ApiError> {
    flag(&call, &ADMIN_APP)
}

async fn set_admin_app(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    set_flag(&call, &ADMIN_APP, &body)
}

async fn client_privileges(call: Management) -> Result<Response, ApiError> {
    flag(&call, &CLIENT_PRIVILEGES)
}

async fn set_client_privileges(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    set_flag(&call, &CLIENT_PRIVILEGES, &body)
}

fn flag(call: &Management, flag: &OrgFlag) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| Ok(org_settings::flag(org, flag)))?))
}

fn set_flag(call: &Management, flag: &OrgFlag, body: &JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| org_settings::set_flag(change, flag, &body))?))
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
