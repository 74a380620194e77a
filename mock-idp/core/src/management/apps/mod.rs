//! Apps. Okta: Apps API, `/api/v1/apps`.

pub mod assignments;
pub mod connections;
pub mod grants;
pub mod id_token;
pub mod interclient;
pub mod keys;
mod kinds;
pub mod logo;
mod operations;
pub mod provisioning;
pub mod secrets;
mod view;
mod write;

pub use operations::{
    create, find, find_client, get, list, list_of_group, needs_signing_key, remove, replace, set_policy, set_status,
};
pub use view::links_for;
