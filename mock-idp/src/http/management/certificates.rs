//! Signing keys and signing requests of apps and identity providers, and the keys that providers are trusted by. Okta:
//! `/api/v1/apps/{id}/credentials/keys`, `…/csrs`, the same of `/api/v1/idps/{id}`, and `/api/v1/idps/credentials/keys`.

use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode, header};
use mock_idp_core::management::ApiError;
use mock_idp_core::management::certificates;
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ_APPS: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const READ: &[&str] = &["okta.idps.read", "okta.idps.manage"];
const MANAGE: &[&str] = &["okta.idps.manage"];

const TRUSTED: &[&str] = &["/api/v1/idps/credentials/keys"];
const TRUSTED_KEY: &[&str] = &["/api/v1/idps/credentials/keys/{kid}"];

pub(in crate::http) static APP_ROUTES: &[Route] = apps::ROUTES;
pub(in crate::http) static PROVIDER_ROUTES: &[Route] = providers::ROUTES;
pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/apps/{id}/sso/saml/metadata"], READ_APPS, handler!(saml_metadata)),
    row(Method::GET, &["/api/v1/idps/{id}/credentials/keys/active"], READ, handler!(active)),
    row(Method::GET, TRUSTED, READ, handler!(list_trusted)),
    row(Method::POST, TRUSTED, MANAGE, handler!(trust)),
    row(Method::GET, TRUSTED_KEY, READ, handler!(get_trusted)),
    row(Method::PUT, TRUSTED_KEY, MANAGE, handler!(replace_trusted)),
    row(Method::DELETE, TRUSTED_KEY, MANAGE, handler!(distrust)),
];

/// The rows and handlers for what has signing keys: `signing_key_routes!(module, KIND, "/…/{id}/credentials", status, "target", …)`.
macro_rules! signing_key_routes {
    ($module:ident, $owner:expr, $path:literal, $generated:path, $target:literal, $read:expr, $manage:expr) => {
        mod $module {
            use axum::response::Response;
            use http::{Method, StatusCode};
            use mock_idp_core::management::ApiError;
            use mock_idp_core::management::certificates::{self, KeyOwner};
            use serde_json::{Map, Value};

            use super::request_response;
            use crate::engine::Management;
            use crate::http::extract::{CertificateBody, JsonBody, WantsPkcs10};
            use crate::http::management::respond;
            use crate::http::management::rows::row;
            use crate::routing::{PathParameters, Query, Route, handler};

            const KEYS: &[&str] = &[concat!($path, "/keys")];
            const KEY: &[&str] = &[concat!($path, "/keys/{kid}")];
            const REQUESTS: &[&str] = &[concat!($path, "/csrs")];
            const REQUEST: &[&str] = &[concat!($path, "/csrs/{csr}")];

            pub(super) static ROUTES: &[Route] = &[
                row(Method::GET, KEYS, $read, handler!(list)),
                row(Method::POST, &[concat!($path, "/keys/generate")], $manage, handler!(generate)),
                row(Method::GET, KEY, $read, handler!(get)),
                row(Method::POST, &[concat!($path, "/keys/{kid}/clone")], $manage, handler!(clone_key)),
                row(Method::GET, REQUESTS, $read, handler!(list_requests)),
                row(Method::POST, REQUESTS, $manage, handler!(create_request)),
                row(Method::GET, REQUEST, $read, handler!(get_request)),
                row(Method::DELETE, REQUEST, $manage, handler!(revoke_request)),
                row(Method::POST, &[concat!($path, "/csrs/{csr}/lifecycle/publish")], $manage, handler!(publish)),
            ];

            async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                Ok(respond::ok(&call.read(|org, _| certificates::list(org, $owner, &path.get("id")))?))
            }

            async fn generate(
                call: Management,
                path: PathParameters,
                Query(query): Query,
            ) -> Result<Response, ApiError> {
                let id = call.read(|org, _| $owner.find(org, &path.get("id")))?;
                let key = call.new_certificate(certificates::validity(query.get("validityYears"))?).await?;
                Ok($generated(&call.change(|change| certificates::add(change, $owner, &id, &key))?))
            }

            async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, kid) = (path.get("id"), path.get("kid"));
                Ok(respond::ok(&call.read(|org, _| certificates::get(org, $owner, &id, &kid))?))
            }

            async fn clone_key(
                call: Management,
                path: PathParameters,
                Query(query): Query,
            ) -> Result<Response, ApiError> {
                let (id, kid, target) = (path.get("id"), path.get("kid"), query.get($target));
                let shown = call.change(|change| certificates::clone_to(change, $owner, &id, &kid, target))?;
                Ok(respond::created(&shown))
            }

            async fn list_requests(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let shown = call.read(|org, call| certificates::list_requests(org, call, $owner, &path.get("id")))?;
                Ok(respond::ok(&shown))
            }

            async fn create_request(
                call: Management,
                path: PathParameters,
                WantsPkcs10(raw): WantsPkcs10,
                body: JsonBody,
            ) -> Result<Response, ApiError> {
                let body: Map<String, Value> = body.read()?;
                let id = call.read(|org, _| $owner.find(org, &path.get("id")))?;
                let request = call.new_signing_request(certificates::names(&body)?).await?;
                let shown = call.change(|change| certificates::create(change, $owner, &id, &request))?;
                Ok(request_response(StatusCode::CREATED, &shown, raw))
            }

            async fn get_request(
                call: Management,
                path: PathParameters,
                WantsPkcs10(raw): WantsPkcs10,
            ) -> Result<Response, ApiError> {
                let (id, csr) = (path.get("id"), path.get("csr"));
                let shown = call.read(|org, call| certificates::get_request(org, call, $owner, &id, &csr))?;
                Ok(request_response(StatusCode::OK, &shown, raw))
            }

            async fn revoke_request(call: Management, path: PathParameters) -> Result<Response, ApiError> {
                let (id, csr) = (path.get("id"), path.get("csr"));
                call.change(|change| certificates::revoke(change, $owner, &id, &csr))?;
                Ok(respond::no_content())
            }

            async fn publish(
                call: Management,
                path: PathParameters,
                body: CertificateBody,
            ) -> Result<Response, ApiError> {
                let (id, csr) = (path.get("id"), path.get("csr"));
                let certificate = body.read()?;
                let shown = call.change(|change| certificates::publish(change, $owner, &id, &csr, certificate))?;
                Ok(respond::created(&shown))
            }
        }
    };
}

signing_key_routes!(
    apps,
    KeyOwner::App,
    "/api/v1/apps/{id}/credentials",
    respond::created,
    "targetAid",
    &["okta.apps.read", "okta.apps.manage"],
    &["okta.apps.manage"]
);
// Okta: 200.
signing_key_routes!(
    providers,
    KeyOwner::IdentityProvider,
    "/api/v1/idps/{id}/credentials",
    respond::ok,
    "targetIdpId",
    &["okta.idps.read", "okta.idps.manage"],
    &["okta.idps.manage"]
);

/// A signing request: the object, or what is in it. Okta: base64 of DER.
fn request_response(status: StatusCode, shown: &Value, raw: bool) -> Response {
    if raw {
        let request = shown["csr"].as_str().unwrap_or_default().to_owned();
        return (status, [(header::CONTENT_TYPE, "application/pkcs10")], request).into_response();
    }
    (status, axum::Json(shown)).into_response()
}

async fn saml_metadata(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let document = call.read(|org, call| certificates::metadata(org, call, &path.get("id"), query.get("kid")))?;
    Ok(([(header::CONTENT_TYPE, "text/xml;charset=UTF-8")], document).into_response())
}

/// Okta: 204 if a provider has none.
async fn active(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let key = call.read(|org, _| certificates::active(org, &path.get("id")))?;
    Ok(key.map_or_else(respond::no_content, |key| respond::ok(&[key])))
}

async fn list_trusted(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| certificates::list_trusted(org, call, &query)).map(respond::list)
}

async fn trust(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| certificates::trust(change, &body))?))
}

async fn get_trusted(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, _| certificates::get_trusted(org, &path.get("kid")))?))
}

async fn replace_trusted(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| certificates::replace_trusted(change, &path.get("kid"), &body))?))
}

async fn distrust(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| certificates::distrust(change, &path.get("kid")))?;
    Ok(respond::no_content())
}
