//! The control API of each org, under `/_mock`, and the server's `/healthz`: what a test turns, and what it asks
//! afterwards. Not Okta's; never struck by a fault.

mod access;
mod ciba;
mod clock;
mod consents;
mod console;
mod error;
mod explain;
mod faults;
mod keys;
mod requests;

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Json, Router, middleware};
use serde_json::{Value, json};

pub(crate) use access::Access;
pub(crate) use error::ControlError;

use crate::address::Address;

/// What the fingerprint calls us; another start of ours recognises it.
pub(crate) const PRODUCT: &str = "mock-idp";

/// Routes of the control API.
pub(crate) fn routes(access: Access) -> Router {
    #[expect(clippy::disallowed_methods, reason = "since when the process runs, whatever its orgs' clocks say")]
    let started = Started { at: time::OffsetDateTime::now_utc() };
    Router::new()
        .route("/_mock/info", get(info))
        .route("/_mock/clock", get(clock::show).post(clock::turn))
        .route("/_mock/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/_mock/keys", get(keys::show))
        .route("/_mock/keys/rotate", axum::routing::post(keys::rotate))
        .route("/_mock/consents", get(consents::list).delete(consents::revoke))
        .route("/_mock/explain", get(explain::get).post(explain::post))
        .route("/_mock/console", get(console::preview))
        .route("/_mock/console/preview", get(console::preview))
        .route("/_mock/console/requests", get(console::requests))
        .route("/_mock/console/requests/{request_id}", get(console::request))
        .route("/_mock/requests", get(requests::latest))
        .route("/_mock/requests/{request_id}", get(requests::one))
        .route("/_mock/ciba", get(ciba::list).post(ciba::decide))
        .route("/_mock/reset", axum::routing::post(reset))
        .method_not_allowed_fallback(error::method_not_allowed)
        .fallback(error::not_found)
        .layer(middleware::from_fn_with_state(Arc::new(access), access::check))
        // Outside the access check: whoever can connect may know what is here.
        .route("/healthz", get(healthz).with_state(started))
}

#[derive(Clone, Copy, Debug)]
struct Started {
    at: time::OffsetDateTime,
}

async fn healthz(State(started): State<Started>) -> Json<Value> {
    let millis = i64::try_from(started.at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Json(json!({
        "status": "ok",
        "product": PRODUCT,
        "version": env!("CARGO_PKG_VERSION"),
        "started": crate::clock::rfc3339(millis),
    }))
}

async fn info(Extension(address): Extension<Arc<Address>>) -> Json<Value> {
    Json(json!({
        "name": PRODUCT,
        "version": env!("CARGO_PKG_VERSION"),
        "org": address.org.name,
        "issuer": format!("{}/oauth2/default", address.issuer_base),
        "behavior": address.org.org().behavior(),
        "warnings": address.warnings(),
    }))
}

async fn reset(Extension(address): Extension<Arc<Address>>) -> Json<Value> {
    address.org.reset().await;
    Json(json!({ "reset": true }))
}
