//! Inline hooks. Okta: `/api/v1/inlineHooks`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::inline_hooks::{self, INLINE_HOOKS};
use mock_idp_core::management::{ApiError, directory, hooks};

use super::respond;
use super::rows::{directory_routes, row};
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.inlineHooks.read", "okta.inlineHooks.manage"];
const MANAGE: &[&str] = &["okta.inlineHooks.manage"];

directory_routes!(
    INLINE_HOOKS,
    "/api/v1/inlineHooks",
    READ,
    MANAGE,
    directory::list_of_type,
    directory::replace,
    hooks::remove
);

/// What only inline hooks have.
pub(in crate::http) static OPERATIONS: &[Route] = &[
    row(Method::POST, &["/api/v1/inlineHooks/{id}"], MANAGE, handler!(update)),
    row(Method::POST, &["/api/v1/inlineHooks/{id}/execute"], MANAGE, handler!(execute)),
];

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    Ok(respond::ok(&call.change(|change| inline_hooks::update(change, &path.get("id"), body))?))
}

async fn execute(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.execute_inline_hook(&path.get("id"), body.read()?).await?))
}
