//! Who may use the control API: everybody on this machine while only this machine can connect; otherwise whoever holds
//! the token. A page of another site may not: what changes something must be JSON, which a browser asks leave for, and
//! no leave is given.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, header};
use subtle::ConstantTimeEq as _;

use crate::control::ControlError;

/// Who may use the control API.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody who can connect: only this machine can.
    ThisMachine,
    /// Whoever sends this bearer token.
    Token(String),
    /// Nobody: others can connect, and no token was given.
    Nobody,
}

/// Never shows the token.
impl std::fmt::Debug for Access {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::ThisMachine => "ThisMachine",
            Self::Token(_) => "Token(…)",
            Self::Nobody => "Nobody",
        })
    }
}

impl Access {
    fn allows(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        match self {
            Self::ThisMachine => Ok(()),
            Self::Nobody => Err(ControlError::new(
                StatusCode::FORBIDDEN,
                "the control API is closed, because other machines can reach this mock",
                "start it with --control-token TOKEN and send it as a bearer token, or without --host",
            )),
            Self::Token(token) => {
                let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
                match sent.and_then(|value| value.strip_prefix("Bearer ")) {
                    Some(sent) if bool::from(sent.as_bytes().ct_eq(token.as_bytes())) => Ok(()),
                    _ => Err(ControlError::new(
                        StatusCode::UNAUTHORIZED,
                        "the control token is missing or wrong",
                        "the header Authorization: Bearer with the token given to --control-token",
                    )),
                }
            }
        }
    }
}

/// Lets a request pass, or says what it lacks.
pub(super) async fn check(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    if let Err(refusal) = access.allows(request.headers()) {
        return refusal.into_response();
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_json(request.headers()) {
        return ControlError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a request that changes something must be JSON",
            "the header Content-Type: application/json",
        )
        .into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(http::HeaderValue::from_static("no-store"));
    response
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
