//! Authorization servers: their keys. Okta: `/api/v1/authorizationServers/{id}/credentials`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use serde::Deserialize;

use super::respond;
use crate::engine::ServerKeyManagement;
use crate::http::dispatch::Admitted;
use crate::http::extract::JsonBody;
use crate::routing::{Access, PathParameters, RateClass, Readers, Route, handler};

const READ: Access = Access::Management(&["okta.authorizationServers.read", "okta.authorizationServers.manage"]);
const MANAGE: Access = Access::Management(&["okta.authorizationServers.manage"]);

pub(in crate::http) static ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        paths: &["/api/v1/authorizationServers/{id}/credentials/keys"],
        access: READ,
        rate: RateClass::Management,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(keys),
    },
    Route {
        method: Method::GET,
        paths: &["/api/v1/authorizationServers/{id}/credentials/keys/{kid}"],
        access: READ,
        rate: RateClass::Management,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(key),
    },
    Route {
        method: Method::POST,
        paths: &["/api/v1/authorizationServers/{id}/credentials/lifecycle/keyRotate"],
        access: MANAGE,
        rate: RateClass::Management,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(rotate_keys),
    },
];

async fn keys(Admitted(call): Admitted, path: PathParameters) -> Result<Response, ApiError> {
    let keys = ServerKeyManagement::new(&call);
    let server = keys.server(&path.get("id"))?;
    Ok(respond::ok(&keys.list(&server).await?))
}

async fn key(Admitted(call): Admitted, path: PathParameters) -> Result<Response, ApiError> {
    let keys = ServerKeyManagement::new(&call);
    let server = keys.server(&path.get("id"))?;
    Ok(respond::ok(&keys.get(&server, &path.get("kid")).await?))
}

#[derive(Debug, Deserialize)]
struct RotateRequest {
    #[serde(default, rename = "use")]
    purpose: Option<String>,
}

async fn rotate_keys(Admitted(call): Admitted, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let keys = ServerKeyManagement::new(&call);
    let server = keys.server(&path.get("id"))?;
    let RotateRequest { purpose } = body.read()?;
    if purpose.as_deref() != Some("sig") {
        let cause = "Invalid value specified for key 'use' parameter.".to_owned();
        return Err(ApiError::validation("rotateKeys", vec![cause]));
    }
    Ok(respond::ok(&keys.rotate(&server).await?))
}
