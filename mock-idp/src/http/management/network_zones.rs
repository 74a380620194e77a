//! Network zones. Okta: `/api/v1/zones`.

use axum::response::Response;
use mock_idp_core::management::network_zones::NETWORK_ZONES;
use mock_idp_core::management::{ApiError, directory};

use super::respond;
use super::rows::{directory_routes, row};
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, handler};

const READ: &[&str] = &["okta.networkZones.read", "okta.networkZones.manage"];
const MANAGE: &[&str] = &["okta.networkZones.manage"];

directory_routes!(NETWORK_ZONES, "/api/v1/zones", READ, MANAGE);
