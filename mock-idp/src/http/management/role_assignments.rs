//! Standard roles of users, groups and clients, with their targets. Okta: `/api/v1/users/{id}/roles`, `/api/v1/groups/{id}/roles`,
//! `/oauth2/v1/clients/{id}/roles`.

use mock_idp_core::model::AppTarget;

use crate::routing::{PathParameters, Route};

const READ: &[&str] = &["okta.roles.read", "okta.roles.manage"];
const MANAGE: &[&str] = &["okta.roles.manage"];

pub(in crate::http) static USER_ROUTES: &[Route] = users::ROUTES;
pub(in crate::http) static GROUP_ROUTES: &[Route] = groups::ROUTES;
pub(in crate::http) static CLIENT_ROUTES: &[Route] = clients::ROUTES;

/// The app target that a path names.
fn app_target(path: &PathParameters) -> AppTarget {
    let id = path.get("app");
    AppTarget { name: path.get("name"), id: Some(id).filter(|id| !id.is_empty()) }
}

/// The rows and handlers for what has roles: `role_routes!(module, KIND, "/…/{id}/roles")`.
macro_rules! role_routes {
    ($module:ident, $kind:expr, $path:literal) => {
        mod $module {
            use axum::response::Response;
            use http::Method;
            use mock_idp_core::management::ApiError;
            use mock_idp_core::management::role_assignments::{self, AssigneeKind};
            use serde_json::{Map, Value};

            use super::{MANAGE, READ, app_target};
            use crate::engine::Management;
            use crate::http::extract::JsonBody;
            use crate::http::management::respond;
            use crate::http::management::rows::row;
            use crate::routing::{PathParameters, Query, Route, handler};

            const ONE: &[&str] = &[concat!($path, "/{role}")];
            const GROUPS: &[&str] = &[concat!($path, "/{role}/targets/groups")];
            const GROUP: &[&str] = &[concat!($path, "/{role}/targets/groups/{group}")];
            const APPS: &[&str] = &[concat!($path, "/{role}/targets/catalog/apps")];
            const APP: &[&str] = &[
                concat!($path, "/{role}/targets/catalog/apps/{name}"),
                concat!($path, "/{role}/targets/catalog/apps/{name}/{app}"),
            ];

            pub(super) static ROUTES: &[Route] = &[
                row(Method::GET, &[$path], READ, handler!(list)),
                row(Method::POST, &[$path], MANAGE, handler!(assign)),
                row(Method::GET, ONE, READ, handler!(get)),
                row(Method::DELETE, ONE, MANAGE, handler!(unassign)),
                row(Method::GET, GROUPS, READ, handler!(list_groups)),
                row(Method::PUT, GROUP, MANAGE, handler!(add_group)),
                row(Method::DELETE, GROUP, MANAGE, handler!(remove_group)),
                row(Method::GET, APPS, READ, handler!(list_apps)),
                row(Method::PUT, APPS, MANAGE, handler!(add_all_apps)),
                row(Method::PUT, APP, MANAGE, handler!(add_app)),
                row(Method::DELETE, APP, MANAGE, handler!(remove_app)),
            ];

            async fn list(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
                let id = path.get("id");
                Ok(respond::ok(&call.read(|org, call| role_assignments::list(org, call, $kind, &id, &query))?))
            }

            async fn assign(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
                let body: Map<String, Value> = body.read()?;
                let shown = call.change(|change| role_assignments::assign(change, $kind, &path.get("id"), &body))?;
                Ok(respond::created(&shown))
            }

            async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role) = (path.get("id"), path.get("role"));
                Ok(respond::ok(&call.read(|org, call| role_assignments::get(org, call, $kind, &id, &role))?))
            }

            async fn unassign(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role) = (path.get("id"), path.get("role"));
                call.change(|change| role_assignments::unassign(change, $kind, &id, &role))?;
                Ok(respond::no_content())
            }

            async fn list_groups(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role) = (path.get("id"), path.get("role"));
                Ok(respond::ok(&call.read(|org, call| role_assignments::groups(org, call, $kind, &id, &role))?))
            }

            async fn add_group(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role, group) = (path.get("id"), path.get("role"), path.get("group"));
                call.change(|change| role_assignments::add_group(change, $kind, &id, &role, &group))?;
                Ok(respond::no_content())
            }

            async fn remove_group(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role, group) = (path.get("id"), path.get("role"), path.get("group"));
                call.change(|change| role_assignments::remove_group(change, $kind, &id, &role, &group))?;
                Ok(respond::no_content())
            }

            async fn list_apps(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role) = (path.get("id"), path.get("role"));
                Ok(respond::ok(&call.read(|org, call| role_assignments::apps(org, call, $kind, &id, &role))?))
            }

            /// Okta: 200 without a body.
            async fn add_all_apps(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role) = (path.get("id"), path.get("role"));
                call.change(|change| role_assignments::add_all_apps(change, $kind, &id, &role))?;
                Ok(respond::empty(http::StatusCode::OK))
            }

            async fn add_app(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role, app) = (path.get("id"), path.get("role"), app_target(&path));
                call.change(|change| role_assignments::add_app(change, $kind, &id, &role, app))?;
                Ok(respond::no_content())
            }

            async fn remove_app(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, role, app) = (path.get("id"), path.get("role"), app_target(&path));
                call.change(|change| role_assignments::remove_app(change, $kind, &id, &role, &app))?;
                Ok(respond::no_content())
            }
        }
    };
}

role_routes!(users, AssigneeKind::User, "/api/v1/users/{id}/roles");
role_routes!(groups, AssigneeKind::Group, "/api/v1/groups/{id}/roles");
role_routes!(clients, AssigneeKind::Client, "/oauth2/v1/clients/{id}/roles");
