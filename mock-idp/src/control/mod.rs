//! The control API of each org, under `/_mock`, and the server's `/healthz`: what tests set, and what they read afterwards. Not
//! Okta's; without faults.

mod access;
mod assets;
mod ciba;
mod clock;
mod consents;
mod console;
mod coverage;
mod description;
mod directory;
mod env;
mod error;
mod explain;
mod faults;
mod flows;
mod handler;
mod inbox;
mod index;
mod keys;
mod login;
mod metrics;
mod mint;
mod names;
mod next_tokens;
mod oauth_error;
mod orgs;
mod pushes;
mod redirect_uris;
mod request_filter;
mod requests;
mod routes;
mod server;
mod sign_ins;
mod state;
mod state_difference;
mod unlock;

use http::{Method, StatusCode};
use serde_json::Value;

pub(crate) use error::ControlError;
pub use faults::FaultSpec;
pub(crate) use server::PRODUCT;

use crate::control::handler::handler;
use crate::routing::{Area, Group, Matched, PathParameters, Pipeline, RateClass, Readers};

/// The control API.
pub(crate) static GROUP: Group = Group {
    pipeline: Pipeline::Control,
    rows: || index::rows().map(|row| &row.route).collect(),
    areas: &[Area {
        prefix: "/_mock",
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secret_segment: false,
        ignores_trailing_slash: false,
    }],
    dispatch: access::dispatch,
    not_found: handler!(not_found),
    method_not_allowed: handler!(method_not_allowed),
    preflight: None,
};

async fn not_found(path: PathParameters) -> ControlError {
    let rows = index::rows().map(|row| &row.route);
    let operations = rows.flat_map(|route| route.paths.iter().map(|path| operation(&route.method, path)));
    ControlError::new(
        StatusCode::NOT_FOUND,
        format!("nothing is at {}", path.path()),
        operations.collect::<Vec<Value>>(),
    )
}

async fn method_not_allowed(matched: Matched, method: Method) -> ControlError {
    let expected: Vec<Value> = matched.methods().map(|method| operation(method, matched.template())).collect();
    let error = format!("{method} is not supported here");
    ControlError::new(StatusCode::METHOD_NOT_ALLOWED, error, expected)
}

/// `METHOD /path`.
fn operation(method: &Method, path: &str) -> Value {
    format!("{method} {path}").into()
}

#[cfg(test)]
mod tests;
