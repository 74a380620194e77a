//! `/healthz`, `/readyz`, `/_mock/ca.pem`, `/_mock/info` and `/_mock/reset`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::routing::At;

/// The product's name in `/healthz`; by it another start recognises a running mock.
pub(crate) const PRODUCT: &str = "mock-idp";

/// Whether the process runs.
pub(super) async fn healthz(At(address): At) -> Json<Value> {
    status(&address)
}

/// Whether requests can be answered: the ledger's store is available.
pub(super) async fn readyz(At(address): At) -> Result<Json<Value>, ControlError> {
    address.org.follow_clock().await?;
    Ok(status(&address))
}

fn status(address: &Address) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "product": PRODUCT,
        "version": env!("CARGO_PKG_VERSION"),
        "started": crate::clock::rfc3339(address.settings.started),
    }))
}

/// The certificate of the local authority.
pub(super) async fn ca_certificate(At(address): At) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pem-certificate-chain"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ca.pem\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, address.settings.ca_pem.clone()).into_response()
}

pub(super) async fn info(At(address): At) -> Json<Value> {
    Json(json!({
        "name": PRODUCT,
        "version": env!("CARGO_PKG_VERSION"),
        "org": address.org.name,
        "issuer": format!("{}/oauth2/default", address.issuer_base),
        "behavior": address.org.org().behavior(),
        "warnings": address.warnings(),
    }))
}

pub(super) async fn reset(At(address): At) -> Result<Json<Value>, ControlError> {
    address.org.reset().await?;
    Ok(Json(json!({ "reset": true })))
}
