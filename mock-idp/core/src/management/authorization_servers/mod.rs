//! Authorization servers. Okta: Authorization Servers API, `/api/v1/authorizationServers`.

pub mod associated;
pub mod claims;
pub mod policies;
pub mod resource_keys;
pub mod rules;
pub mod scopes;
mod servers;

pub use servers::{SigningState, create, find, list, remove, replace, set_status, view};
