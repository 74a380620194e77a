//! `/healthz`, `/_mock/info` and `/_mock/reset`.

use axum::Json;
use serde_json::{Value, json};

use crate::control::ControlError;
use crate::routing::At;

/// The product's name in `/healthz`; by it another start recognises a running mock.
pub(crate) const PRODUCT: &str = "mock-idp";

pub(super) async fn healthz(At(address): At) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "product": PRODUCT,
        "version": env!("CARGO_PKG_VERSION"),
        "started": crate::clock::rfc3339(address.settings.started),
    }))
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
