//! The management API, as far as it is served. Okta: `/api/v1/…`, `/oauth2/v1/clients`. One file of rows for each resource.

pub(super) mod api_tokens;
pub(super) mod app_assignments;
pub(super) mod app_credentials;
pub(super) mod apps;
pub(super) mod authenticators;
pub(super) mod authorization_servers;
pub(super) mod clients;
pub(super) mod custom_roles;
pub(super) mod event_hooks;
pub(super) mod global_revocation;
pub(super) mod group_rules;
pub(super) mod groups;
pub(super) mod identity_providers;
pub(super) mod inline_hooks;
pub(super) mod linked_objects;
pub(super) mod network_zones;
pub(super) mod policies;
pub(super) mod resource_sets;
mod respond;
mod rows;
pub(super) mod schemas;
pub(super) mod server_rules;
pub(super) mod servers;
pub(super) mod trusted_origins;
pub(super) mod user_roles;
pub(super) mod user_types;
pub(super) mod users;
