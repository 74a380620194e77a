//! Apps. Okta: Apps API, `/api/v1/apps`.

pub mod assignments;
pub mod grants;
pub mod id_token;
pub mod keys;
mod kinds;
mod operations;
pub mod secrets;
mod view;
mod write;

pub use operations::{create, find, find_client, get, list, remove, replace, set_policy, set_status};
