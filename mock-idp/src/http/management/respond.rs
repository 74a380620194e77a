//! Answers of the management API.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::management::AccessError;
use serde::Serialize;

use super::caller::Caller;
use crate::engine::Context;
use crate::http::respond::api_error::ApiError;
use crate::http::respond::challenge;
use crate::journal::Explanation;

/// Runs a handler and writes what it came to.
pub(super) async fn answer(caller: &Caller, handler: impl Future<Output = Result<Response, AccessError>>) -> Response {
    match handler.await {
        Ok(response) => response,
        Err(AccessError::Refused(refusal)) => {
            let reason = refusal.to_string();
            ApiError::from(refusal).because(reason)
        }
        Err(AccessError::Challenged(challenged)) => {
            let Context { org, urls, .. } = caller.call();
            let text = challenged.challenge(org, caller.path(), urls);
            let mut response = challenge::render(&challenged.refusal, &text);
            let reason = Some(challenged.refusal.to_string());
            response.extensions_mut().insert(Explanation { reason, ..Explanation::default() });
            response
        }
    }
}

/// 204. Okta: such an answer may be framed by the org itself.
pub(super) fn no_content() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// 200 and the object.
pub(super) fn ok(body: &impl Serialize) -> Response {
    (StatusCode::OK, axum::Json(body)).into_response()
}
