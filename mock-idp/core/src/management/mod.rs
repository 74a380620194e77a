//! The management API, as far as this issuer serves it: access, objects and errors. Okta: `/api/v1/…`,
//! `/oauth2/v1/clients`, `/oauth2/v1/global-token-revocation`.

mod access;
mod api_error;
pub mod api_tokens;
pub mod apps;
pub mod authenticators;
pub mod authorization_servers;
mod body;
mod call;
mod catalogue;
pub mod clients;
pub mod directory;
pub mod event_hooks;
pub mod filter;
pub mod global_revocation;
pub mod group_rules;
pub mod groups;
pub mod hooks;
pub mod iam;
pub mod identity_providers;
pub mod inline_hooks;
mod java_order;
pub mod linked_objects;
mod links;
mod list;
pub mod network_zones;
mod org_errors;
pub mod policies;
mod roles;
pub mod schemas;
pub mod sessions;
mod store_errors;
pub(crate) mod tolerant;
pub mod trusted_origins;
pub mod user_types;
pub mod users;

pub use access::{AccessError, Challenged, Credential, check};
pub use api_error::ApiError;
pub use body::{BodyMembers, Causes};
pub use call::{Caller, ManagementCall, ManagementChange};
pub use catalogue::{API_ERRORS, ApiErrorId, ApiErrorRow};
pub use java_order::{java_ordered, java_set};
pub use links::Links;
pub use list::{ListQuery, ListStyle, ListedPage};
