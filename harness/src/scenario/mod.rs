//! Scenarios: each runs one flow against the target and judges it with checks.
//!
//! A scenario is a [`Scenario`]: an id, a title, its needs and a function. The function gets a [`ScenarioContext`] and
//! uses `actors` with their `authorization_flow` and `token_flow`. Its steps are recorded while it runs.

mod actors;
mod authorization_flow;
mod binding;
mod browser;
mod catalogue;
mod certification;
mod client_registration;
mod code;
mod consent;
mod context;
mod cross_app;
mod definition;
mod discovery;
mod dpop;
mod encryption;
mod exchange;
mod headers;
mod hook_service;
mod hooks;
mod https;
mod interclient;
mod introspection;
mod logout;
mod machines;
mod needs;
mod pkce;
mod polled;
mod prompt;
mod pushed;
mod redirect;
mod refresh;
mod registration;
mod response;
mod scope_table;
mod second_factors;
mod security;
mod service;
mod snapshot_matrix;
mod stopped;
mod table;
mod token;
mod token_flow;
mod userinfo;
mod users;

pub use catalogue::{catalogue, checks};
pub use certification::plan::Plan;
pub use context::ScenarioContext;
pub use definition::{Certification, RequiredDriver, Scenario, ScenarioFn, Table};
pub use needs::Need;
pub use scope_table::{ApiRow, Rows, TokenRow};
pub use snapshot_matrix::SNAPSHOT_TAG;
pub use stopped::Stopped;
pub use table::TableError;
