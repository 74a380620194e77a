//! Signing in by a program. Okta: `/api/v1/authn`.

use axum::response::{IntoResponse as _, Response};
use mock_idp_core::management::ApiError;
use serde::Deserialize;

use crate::engine::Authn;
use crate::http::extract::{AtServer, JsonBody};
use crate::http::respond::api_error;
use crate::routing::Decided;

/// The members of the body that matter here; options and context change nothing.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn post(AtServer(call): AtServer, body: JsonBody) -> Decided {
    let Request { username, password } = match body.read() {
        Ok(request) => request,
        Err(error) => return api_error::render(&error),
    };
    if username.is_empty() || password.is_empty() {
        return api_error::render(&ApiError::validation("authRequest", Vec::new()));
    }
    let decided = Authn::new(&call).sign_in(&username, &password).await;
    decided.map(|result| match result {
        Ok(body) => axum::Json(body).into_response(),
        Err(error) => api_error::render(&error).result,
    })
}

/// No transaction waits for a further step here, so no state token is valid.
pub(super) async fn cancel() -> Result<Response, ApiError> {
    Err(ApiError::invalid_token("no transaction has this state token"))
}
