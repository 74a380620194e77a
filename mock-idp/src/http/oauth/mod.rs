//! The OAuth and OpenID Connect endpoints: parse one request, make one typed call, render.

mod authorization;
mod backchannel;
mod device;
mod discovery;
mod interaction;
mod introspection;
mod keys;
mod logout;
mod nonce;
mod organization;
pub(super) mod preflight;
mod pushed_request;
mod revocation;
mod token;
mod userinfo;
mod webfinger;

use axum::Router;
use axum::routing::{MethodRouter, get, options, post};

/// The endpoints of the org server under `/oauth2`, of each custom server under `/oauth2/{server}`. Spelt out flat: nested
/// routers would cost every request a path of its own.
pub(super) fn routes() -> Router {
    let endpoints: [(&str, MethodRouter); 11] = [
        ("/v1/authorize", get(authorization::get).post(authorization::post)),
        ("/v1/token", post(token::post).options(preflight::of_posting)),
        ("/v1/par", post(pushed_request::post).options(preflight::of_posting)),
        ("/v1/userinfo", get(userinfo::get).post(userinfo::post).options(preflight::of_both)),
        ("/v1/introspect", post(introspection::post).options(preflight::of_posting)),
        ("/v1/revoke", post(revocation::post).options(preflight::of_posting)),
        ("/v1/device/authorize", post(device::post).options(preflight::of_posting)),
        ("/v1/bc/authorize", post(backchannel::post)),
        ("/v1/interact", post(interaction::post).options(preflight::of_posting)),
        ("/v1/logout", get(logout::get).post(logout::post)),
        ("/v1/keys", get(keys::get).options(preflight::of_reading)),
    ];
    let documents: [(&str, MethodRouter); 2] = [
        ("/.well-known/openid-configuration", get(discovery::openid).options(preflight::of_reading)),
        ("/.well-known/oauth-authorization-server", get(discovery::oauth).options(preflight::of_reading)),
    ];
    let mut routes = Router::new();
    for (path, methods) in endpoints {
        routes = routes.route(&format!("/oauth2{path}"), methods.clone());
        routes = routes.route(&format!("/oauth2/{{server}}{path}"), methods);
    }
    for (path, methods) in documents {
        routes = routes.route(path, methods.clone());
        routes = routes.route(&format!("/oauth2/{{server}}{path}"), methods);
    }
    routes = routes.route("/.well-known/okta-organization", get(organization::get).options(preflight::of_reading));
    routes = routes.route("/.well-known/webfinger", get(webfinger::get).options(preflight::of_reading));
    // RFC 8414 3.1: the path of the issuer behind the well-known part.
    routes.route(
        "/.well-known/oauth-authorization-server/oauth2/{server}",
        get(discovery::oauth).merge(options(preflight::of_reading)),
    )
}
