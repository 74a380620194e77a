//! Identity providers. Okta: `/api/v1/idps`.

use axum::response::Response;
use mock_idp_core::management::identity_providers::{self, IDENTITY_PROVIDERS};
use mock_idp_core::management::{ApiError, directory};

use super::respond;
use super::rows::{directory_routes, row};
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, handler};

const READ: &[&str] = &["okta.idps.read", "okta.idps.manage"];
const MANAGE: &[&str] = &["okta.idps.manage"];

directory_routes!(
    IDENTITY_PROVIDERS,
    "/api/v1/idps",
    READ,
    MANAGE,
    identity_providers::list,
    identity_providers::replace,
    directory::remove
);
