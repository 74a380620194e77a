//! The System Log. Okta: `/api/v1/logs`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::routing::{Query, Route, handler};

pub(in crate::http) static ROUTES: &[Route] =
    &[row(Method::GET, &["/api/v1/logs"], &["okta.logs.read"], handler!(list))];

async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.system_log(&query).await.map(respond::list)
}
