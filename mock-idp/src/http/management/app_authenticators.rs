//! Apps that are authenticators of their users. Okta: `/idp/myaccount/app-authenticators`.

use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use mock_idp_core::management::{ApiError, my_account};
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::{Management, answer_challenge};
use crate::http::extract::{AtServer, JsonBody};
use crate::routing::{Access, PathParameters, RateClass, Readers, Route, handler};

const MANAGE: &[&str] = &["okta.myAccount.appAuthenticator.manage"];
const MAINTAIN: &[&str] =
    &["okta.myAccount.appAuthenticator.maintenance.manage", "okta.myAccount.appAuthenticator.manage"];
const READ: &[&str] = &["okta.myAccount.appAuthenticator.maintenance.read"];

const APP: &[&str] = &["/idp/myaccount/app-authenticators/{id}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::POST, &["/idp/myaccount/app-authenticators"], MANAGE, handler!(enroll)),
    row(Method::PATCH, APP, MAINTAIN, handler!(update)),
    row(Method::DELETE, APP, MANAGE, handler!(remove)),
    row(Method::GET, &["/idp/myaccount/app-authenticators/{id}/push/notifications"], READ, handler!(pending)),
    Route {
        method: Method::POST,
        paths: &["/idp/myaccount/app-authenticators/challenge/{challenge}/verify"],
        access: Access::Public,
        rate: RateClass::Management,
        readers: Readers::TrustedOriginsOfApi,
        secrets: &["challengeResponse"],
        handler: handler!(verify),
    },
];

async fn enroll(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| my_account::enroll_app(change, &body))?))
}

async fn update(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| my_account::update_app(change, &path.get("id"), &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| my_account::remove_app(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn pending(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.pending_challenges(&path.get("id")).await?))
}

/// Okta: 200 without a body, or 204 if the user denies it.
async fn verify(AtServer(context): AtServer, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    let approves = answer_challenge(&context, &path.get("challenge"), &body).await?;
    Ok(if approves { StatusCode::OK.into_response() } else { respond::no_content() })
}
