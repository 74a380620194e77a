//! The management API, as far as it is served. Okta: `/api/v1/…`.

mod authorization_servers;
mod caller;
mod clients;
mod global_revocation;
mod respond;

use axum::Router;
use axum::routing::{get, post};

use crate::http::oauth::preflight;

pub(super) fn routes() -> Router {
    let keys = "/api/v1/authorizationServers/{id}/credentials";
    let clients = "/oauth2/v1/clients";
    Router::new()
        .route(clients, get(clients::list).post(clients::register))
        .route(
            &format!("{clients}/{{id}}"),
            get(clients::get).put(clients::replace).delete(clients::remove).options(preflight::of_reading),
        )
        .route(&format!("{clients}/{{id}}/lifecycle/newSecret"), post(clients::new_secret))
        .route("/oauth2/v1/global-token-revocation", post(global_revocation::post))
        .route(&format!("{keys}/keys"), get(authorization_servers::keys))
        .route(&format!("{keys}/keys/{{kid}}"), get(authorization_servers::key))
        .route(&format!("{keys}/lifecycle/keyRotate"), post(authorization_servers::rotate_keys))
}
