//! The objects of an org, in Okta's own shapes and names.
//!
//! The same types are the org file, the management API's bodies, import and export.

mod app;
mod authorization_server;
mod connection;
mod group;
mod policy;
mod session_policy;
mod user;

pub use app::*;
pub use authorization_server::*;
pub use connection::*;
pub use group::*;
pub use policy::*;
pub use session_policy::*;
pub use user::*;

pub use crate::protocol::Status;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A list of ids or names that a condition includes.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Include<T = String> {
    pub include: Vec<T>,
}

/// Ids that a condition includes and excludes.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncludeExclude {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}
