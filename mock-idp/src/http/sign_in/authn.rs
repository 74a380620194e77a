//! Signing in by a program. Okta: `/api/v1/authn`.

use axum::response::IntoResponse as _;
use mock_idp_core::management::ApiError;
use serde::Deserialize;

use crate::engine::{Authn, AuthnAction};
use crate::http::extract::{AtServer, JsonBody};
use crate::http::respond::api_error;
use crate::routing::Decided;

/// The members of the bodies that matter here; options and context change nothing.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AuthnBody {
    username: String,
    password: String,
    state_token: String,
    old_password: String,
    new_password: String,
}

pub(super) async fn post(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| match (&*body.state_token, &*body.username, &*body.password) {
        ("", "", _) | ("", _, "") => None,
        ("", username, password) => Some(AuthnAction::SignIn { username, password }),
        (state_token, ..) => Some(AuthnAction::Introspect { state_token }),
    })
    .await
}

pub(super) async fn introspect(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| Some(AuthnAction::Introspect { state_token: &body.state_token })).await
}

pub(super) async fn change_password(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| {
        let AuthnBody { state_token, old_password: old, new_password: new, .. } = body;
        Some(AuthnAction::ChangePassword { state_token, old, new })
    })
    .await
}

pub(super) async fn cancel(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| Some(AuthnAction::Cancel { state_token: &body.state_token })).await
}

async fn respond(
    AtServer(call): AtServer,
    body: &JsonBody,
    action: impl FnOnce(&AuthnBody) -> Option<AuthnAction<'_>>,
) -> Decided {
    let body: AuthnBody = match body.read() {
        Ok(body) => body,
        Err(error) => return api_error::render(&error),
    };
    let Some(action) = action(&body) else {
        return api_error::render(&ApiError::validation("authRequest", Vec::new()));
    };
    Authn::new(&call).respond(action).await.map(|result| match result {
        Ok(body) => axum::Json(body).into_response(),
        Err(error) => api_error::render(&error).result,
    })
}
