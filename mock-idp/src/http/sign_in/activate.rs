//! Okta's page for device codes.

use axum::response::Response;

use super::steps::Visit;
use crate::http::extract::{Body, Query};

pub(super) async fn get(visit: Visit, Query(query): Query) -> Response {
    visit.ask_for_device(query.get("user_code"))
}

pub(super) async fn post(visit: Visit, Body(form): Body) -> Response {
    visit.activate(form.get("userCode").unwrap_or_default()).await
}
