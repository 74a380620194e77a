//! The OAuth and OpenID Connect endpoints: parse one request, make one typed call, render.

mod authorization;
mod cors;
mod discovery;
mod introspection;
mod keys;
mod logout;
mod revocation;
mod token;
mod userinfo;

use axum::Router;
use axum::routing::{get, options, post};

/// The endpoints of the org server under `/oauth2`, of each custom server under `/oauth2/{server}`.
pub(super) fn routes() -> Router {
    let endpoints = || {
        Router::new()
            .route("/v1/authorize", get(authorization::get).post(authorization::post))
            .route("/v1/token", post(token::post).options(cors::preflight_of_token))
            .route("/v1/userinfo", get(userinfo::get).post(userinfo::post).options(cors::preflight))
            .route("/v1/introspect", post(introspection::post).options(cors::preflight))
            .route("/v1/revoke", post(revocation::post).options(cors::preflight))
            .route("/v1/logout", get(logout::get).post(logout::post))
            .route("/v1/keys", get(keys::get).options(cors::preflight_of_public))
    };
    let documents = || {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery::openid).options(cors::preflight_of_public))
            .route("/.well-known/oauth-authorization-server", get(discovery::oauth).options(cors::preflight_of_public))
    };
    Router::new()
        .merge(documents())
        .nest("/oauth2", endpoints())
        .nest("/oauth2/{server}", endpoints().merge(documents()))
        // RFC 8414 3.1: the path of the issuer behind the well-known part.
        .route(
            "/.well-known/oauth-authorization-server/oauth2/{server}",
            get(discovery::oauth).merge(options(cors::preflight_of_public)),
        )
}
