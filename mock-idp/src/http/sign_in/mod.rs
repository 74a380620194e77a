//! The hosted sign-in's own addresses: where its forms post to, and its assets.

mod activate;
mod authn;
mod backchannel;
mod steps;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};

use crate::http::oauth::preflight;
use crate::pages;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/activate", get(activate::get).post(activate::post))
        .route("/api/v1/authn", post(authn::post).options(preflight::of_api))
        .route("/api/v1/authn/cancel", post(authn::cancel).options(preflight::of_api))
        .route("/signin/backchannel", get(backchannel::get).post(backchannel::post))
        .route("/signin/identify", post(steps::identify))
        .route("/signin/challenge", post(steps::challenge))
        .route("/signin/sign-in", post(steps::both))
        .route("/signin/pick", post(steps::pick))
        .route("/signin/consent", post(steps::consent))
        .route("/signin/restart", get(steps::restart))
}

/// What pages link to. Outside the fault layer, so that a page about a fault is still a page.
pub(super) fn assets() -> Router {
    Router::new().route("/_mock/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>) -> Response {
    match pages::asset(&name) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            let mut response = Response::new(asset.body.into_owned().into());
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(asset.cache_control));
            headers.insert(header::ETAG, HeaderValue::from_static(asset.etag));
            response
        }
    }
}
