//! The API: a resource server that verifies access tokens without calling the issuer (RFC 6750, RFC 9068) and serves a
//! small market.

mod bearer;
mod handlers;
mod problem;
mod state;
mod store;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{MethodRouter, on};
use http::Method;
use tower_http::cors::{Any, CorsLayer};

use crate::endpoint::{ENDPOINTS, Endpoint, Id};
use problem::Problem;
pub(crate) use state::ResourceServer;

/// Largest request body in bytes; an order is much smaller.
const MAX_BODY_SIZE: usize = 16 * 1024;

impl ResourceServer {
    /// One route per row of [`ENDPOINTS`], each with its token check.
    pub(crate) fn routes(self) -> Router {
        let mut router = Router::new();
        for endpoint in ENDPOINTS {
            router = router.route(&route_path(endpoint), self.guarded(endpoint));
        }
        // Browser apps of other origins may call the API: it uses no cookies, so CSRF is not possible.
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

/// axum requires one parameter name for paths that are otherwise equal.
fn route_path(endpoint: &Endpoint) -> String {
    endpoint.path.replace("{user_id}", "{key}").replace("{id}", "{key}")
}
