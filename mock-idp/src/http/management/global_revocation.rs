//! Revocation of all tokens and sessions of a user. Okta: `/oauth2/v1/global-token-revocation`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::ApiError;
use serde_json::Value;

use super::respond;
use crate::engine::GlobalRevocation;
use crate::http::dispatch::Admitted;
use crate::http::extract::JsonBody;
use crate::routing::{Access, RateClass, Readers, Route, handler};

pub(in crate::http) static ROUTES: &[Route] = &[Route {
    method: Method::POST,
    paths: &["/oauth2/v1/global-token-revocation"],
    access: Access::Management(&["okta.universalLogout.manage"]),
    rate: RateClass::OAuth,
    readers: Readers::SameOrigin,
    secrets: &[],
    handler: handler!(post),
}];

async fn post(Admitted(call): Admitted, body: JsonBody) -> Result<Response, ApiError> {
    GlobalRevocation::new(&call).respond(&body.read::<Value>()?).await?;
    Ok(respond::no_content())
}
