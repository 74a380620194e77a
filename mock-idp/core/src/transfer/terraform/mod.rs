//! Terraform: the resources of the provider `okta/okta`, as a configuration and in a state.
//!
//! What a resource has is a table (`resources.rs`): its attributes, where the same value stands in the objects of the API, and its form.
//! Writing a configuration and reading a state go through the same table.

mod configuration;
mod export;
mod form;
mod resources;
mod state;
mod table;

pub use configuration::configuration;
pub use export::{ExportedResource, exported};
pub use state::{StateError, read_state};
