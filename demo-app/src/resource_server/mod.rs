//! The API: a resource server that judges each access token by itself, without asking the issuer (RFC 6750, RFC 9068),
//! and serves a small market. It takes no part in the sign-in.

mod bearer;
mod handlers;
mod problem;
mod store;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{MethodRouter, on};
use http::Method;
use tower_http::cors::{Any, CorsLayer};

use crate::config::Settings;
use crate::endpoint::{ENDPOINTS, Endpoint, Id};
use crate::token::keys::KeyCache;
use problem::Problem;
use store::Store;

/// Largest body taken: an order is a few dozen bytes.
const MAX_BODY_SIZE: usize = 16 * 1024;

/// What every route of the API has at hand.
#[derive(Clone, Debug)]
pub(crate) struct ResourceServer {
    settings: Arc<Settings>,
    keys: Arc<KeyCache>,
    store: Arc<Store>,
}

impl ResourceServer {
    pub(crate) fn new(settings: Arc<Settings>, keys: Arc<KeyCache>) -> Self {
        Self { settings, keys, store: Arc::new(Store::seeded()) }
    }

    /// One route per row of [`ENDPOINTS`], each behind its own check.
    pub(crate) fn routes(self) -> Router {
        let mut router = Router::new();
        for endpoint in ENDPOINTS {
            router = router.route(&route_path(endpoint), self.guarded(endpoint));
        }
        // Browser apps on other origins may call: bearer tokens only, so no cookie can be ridden on.
        let cors = CorsLayer::new()
            .allow_origin(Any)
            .allow_methods([Method::GET, Method::POST, Method::PATCH])
            .allow_headers([http::header::AUTHORIZATION, http::header::CONTENT_TYPE])
            .expose_headers([http::header::WWW_AUTHENTICATE]);
        router
            .fallback(async || Problem::not_found("There is no such endpoint."))
            .method_not_allowed_fallback(async || Problem::method_not_allowed())
            .layer(DefaultBodyLimit::max(MAX_BODY_SIZE))
            .layer(cors)
    }

    fn guarded(&self, endpoint: &'static Endpoint) -> MethodRouter {
        let check = middleware::from_fn_with_state((self.clone(), endpoint), bearer::require);
        let router = match endpoint.id {
            Id::ListProducts => on_method(endpoint, handlers::list_products),
            Id::CreateOrder => on_method(endpoint, handlers::create_order),
            Id::ListOrders => on_method(endpoint, handlers::list_orders),
            Id::ListOwnOrders => on_method(endpoint, handlers::list_own_orders),
            Id::UpdateOrder => on_method(endpoint, handlers::update_order),
        };
        router.with_state(self.clone()).layer(check)
    }
}

fn on_method<H, T>(endpoint: &Endpoint, handler: H) -> MethodRouter<ResourceServer>
where
    H: axum::handler::Handler<T, ResourceServer>,
    T: 'static,
{
    let filter = match endpoint.method {
        Method::POST => axum::routing::MethodFilter::POST,
        Method::PATCH => axum::routing::MethodFilter::PATCH,
        _ => axum::routing::MethodFilter::GET,
    };
    on(filter, handler)
}

/// The router wants one name for the parameter of paths that differ in nothing else.
fn route_path(endpoint: &Endpoint) -> String {
    endpoint.path.replace("{user_id}", "{key}").replace("{id}", "{key}")
}
