//! Answers of the management API.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::management::Denied;
use serde::Serialize;

use super::caller::Caller;
use crate::engine::Call;
use crate::http::respond::api_error::ApiError;
use crate::journal::Explanation;

/// Runs a handler and writes what it came to.
pub(super) async fn answer(caller: &Caller, handler: impl Future<Output = Result<Response, Denied>>) -> Response {
    match handler.await {
        Ok(response) => response,
        Err(Denied::Refused(refusal)) => {
            let reason = refusal.to_string();
            ApiError::from(refusal).because(reason)
        }
        Err(Denied::LacksScope(scope)) => lacks_scope(caller.call(), scope),
    }
}

/// 200 and the object.
pub(super) fn ok(body: &impl Serialize) -> Response {
    (StatusCode::OK, axum::Json(body)).into_response()
}

/// Okta: 403 with a challenge that names the scope, and no body; both URIs with `http`, whatever the scheme of the request.
fn lacks_scope(call: &Call, scope: &str) -> Response {
    let host = call.urls.host();
    let challenge = format!(
        "Bearer authorization_uri=\"http://{host}/oauth2/v1/authorize\", realm=\"http://{host}\", scope=\"{scope}\", \
         error=\"insufficient_scope\", error_description=\"The access token provided does not contain the required scopes.\""
    );
    let mut response = StatusCode::FORBIDDEN.into_response();
    let headers = response.headers_mut();
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    let reason = Some(format!("the access token lacks {scope}"));
    response.extensions_mut().insert(Explanation { reason, ..Explanation::default() });
    response
}
