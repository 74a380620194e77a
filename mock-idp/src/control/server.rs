//! `/healthz`, `/readyz`, `/_mock/ca.pem`, `/_mock/info` and `/_mock/reset`.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::lint::uncalled_inline_hooks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse_optional;
use crate::routing::At;

/// The product's name in `/healthz`; by it another start recognises a running mock.
pub(crate) const PRODUCT: &str = "mock-idp";

/// What a probe gets.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Health {
    status: &'static str,
    product: &'static str,
    version: &'static str,
    /// When the program was started, RFC 3339.
    started: String,
}

/// What runs here.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Info {
    name: &'static str,
    version: &'static str,
    /// The org's subdomain.
    org: String,
    /// The issuer of the custom authorization server `default`.
    issuer: String,
    /// `okta`, `openid` or `fapi2`.
    behavior: String,
    /// Lenient settings, faults, a moved clock.
    warnings: Vec<String>,
}

/// Everything is reset; there is nothing to choose.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetRequest {}

#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ResetResult {
    reset: bool,
}

/// Whether the process runs.
pub(super) async fn healthz(At(address): At) -> Json<Health> {
    health(&address)
}

/// Whether requests can be answered: the store of every org is available.
pub(super) async fn readyz(At(address): At) -> Result<Json<Health>, ControlError> {
    if address.settings.stopping.load(Ordering::Acquire) {
        return Err(ControlError::new(StatusCode::SERVICE_UNAVAILABLE, "the mock is stopping", Value::Null));
    }
    for org in address.orgs.loaded() {
        org.follow_store().await?;
        if let Some(error) = org.store_error() {
            return Err(LedgerError::Unavailable(error).into());
        }
        org.follow_clock().await?;
    }
    Ok(health(&address))
}

fn health(address: &Address) -> Json<Health> {
    Json(Health {
        status: "ok",
        product: PRODUCT,
        version: env!("CARGO_PKG_VERSION"),
        started: crate::clock::rfc3339(address.settings.started),
    })
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

pub(super) async fn info(At(address): At) -> Json<Info> {
    let mut warnings = address.warnings();
    let (org, of_document) = (address.org.org(), address.org.document_warnings());
    warnings.extend(of_document.iter().cloned());
    // Hooks that were made at run time; warnings of the document begin with the place.
    let uncalled = uncalled_inline_hooks(&org).map(|(_, warning)| warning);
    warnings.extend(uncalled.filter(|warning| !of_document.iter().any(|known| known.ends_with(&**warning))));
    Json(Info {
        name: PRODUCT,
        version: env!("CARGO_PKG_VERSION"),
        org: address.org.name.clone(),
        issuer: format!("{}/oauth2/default", address.issuer_base),
        behavior: org.behavior().to_string(),
        warnings,
    })
}

pub(super) async fn reset(At(address): At, body: Bytes) -> Result<Json<ResetResult>, ControlError> {
    let ResetRequest {} = parse_optional(&body, "{}")?;
    address.org.reset().await?;
    Ok(Json(ResetResult { reset: true }))
}
