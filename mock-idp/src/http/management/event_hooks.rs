//! Event hooks. Okta: `/api/v1/eventHooks`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::event_hooks::EVENT_HOOKS;
use mock_idp_core::management::{ApiError, directory, hooks};

use super::respond;
use super::rows::{directory_routes, row};
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.eventHooks.read", "okta.eventHooks.manage"];
const MANAGE: &[&str] = &["okta.eventHooks.manage"];

directory_routes!(EVENT_HOOKS, "/api/v1/eventHooks", READ, MANAGE, directory::list, directory::replace, hooks::remove);

/// What only event hooks have.
pub(in crate::http) static OPERATIONS: &[Route] =
    &[row(Method::POST, &["/api/v1/eventHooks/{id}/lifecycle/verify"], MANAGE, handler!(verify))];

async fn verify(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.verify_event_hook(&path.get("id")).await?))
}
