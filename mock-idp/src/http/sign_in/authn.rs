//! Signing in by a program. Okta: `/api/v1/authn`.

use axum::response::{IntoResponse as _, Response};
use mock_idp_core::management::ApiRefusal;
use serde::Deserialize;

use crate::http::extract::{AtServer, JsonBody};
use crate::http::respond::api_error::ApiError;

/// What is read of the body; options and context change nothing here.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn post(AtServer(call): AtServer, body: JsonBody) -> Response {
    let Request { username, password } = match body.read() {
        Ok(request) => request,
        Err(refusal) => return refused(refusal),
    };
    if username.is_empty() || password.is_empty() {
        return refused(ApiRefusal::validation("authRequest", Vec::new()));
    }
    let answer = call.authn(&username, &password).await;
    let mut response = match answer.result {
        Ok(body) => axum::Json(body).into_response(),
        Err(refusal) => ApiError::from(refusal).into_response(),
    };
    response.extensions_mut().insert(answer.explanation);
    response
}

/// No transaction ever waits for a further step here, so no state token is alive.
pub(super) async fn cancel() -> Response {
    refused(ApiRefusal::invalid_token("no transaction is under way under a state token"))
}

fn refused(refusal: ApiRefusal) -> Response {
    let reason = refusal.to_string();
    ApiError::from(refusal).because(reason)
}
