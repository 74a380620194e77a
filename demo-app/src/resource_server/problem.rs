//! Errors of the API: RFC 9457 problem documents, with the challenge of RFC 6750 3 for token errors.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::token::check::{Check, CheckResult, first_failure};

/// The realm in challenges.
const REALM: &str = "market";

/// An error response.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    challenge: Option<String>,
    #[serde(rename = "type")]
    kind: ProblemType,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    /// Error code of RFC 6750 3.1; absent when no token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    detail: String,
    /// The failed checks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed_checks: Vec<FailedCheck>,
}

/// RFC 9457 4.2.1: the problem has no semantics besides its status.
#[derive(Debug, Serialize)]
enum ProblemType {
    #[serde(rename = "about:blank")]
    Blank,
}

#[derive(Debug, Serialize)]
struct FailedCheck {
    check: String,
    expected: String,
    actual: String,
    citation: String,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            challenge: None,
            kind: ProblemType::Blank,
            title,
            status,
            error: None,
            detail: detail.into(),
            failed_checks: Vec::new(),
        }
    }

    /// RFC 6750 3.1: a request without any authentication gets the challenge and no error code.
    pub(super) fn no_token() -> Self {
        let detail = "This endpoint needs an access token: Authorization: Bearer <token>.";
        Self {
            challenge: Some(format!("Bearer realm=\"{REALM}\"")),
            ..Self::new(StatusCode::UNAUTHORIZED, "No access token", detail)
        }
    }

    /// RFC 6750 3.1 `invalid_request`.
    pub(super) fn malformed(detail: &'static str) -> Self {
        Self {
            challenge: Some(challenge("invalid_request", detail, None)),
            error: Some("invalid_request"),
            ..Self::new(StatusCode::BAD_REQUEST, "Malformed request", detail)
        }
    }

    /// RFC 6750 3.1 `invalid_token`: the token is not valid.
    pub(super) fn invalid_token(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            challenge: Some(challenge("invalid_token", &detail, None)),
            error: Some("invalid_token"),
            ..Self::new(StatusCode::UNAUTHORIZED, "The access token is not accepted", detail)
        }
    }

    pub(super) fn failed(checks: &[Check]) -> Self {
        let detail = match first_failure(checks) {
            Some(check) => {
                format!("{}: expected {}, found {}.", check.title, check.expected, check.actual)
            }
            None => "The token failed a check.".to_owned(),
        };
        let failed_checks = checks
            .iter()
            .filter(|check| check.result == CheckResult::Failed)
            .map(|check| FailedCheck {
                check: check.id.to_string(),
                expected: check.expected.clone(),
                actual: check.actual.clone(),
                citation: check.citation.to_string(),
            })
            .collect();
        Self { failed_checks, ..Self::invalid_token(detail) }
    }

    /// RFC 6750 3.1 `insufficient_scope`: the token is valid and lacks the scope.
    pub(super) fn insufficient_scope(endpoint: &Endpoint, granted: &[String]) -> Self {
        let needed = endpoint.scope_text();
        let detail = format!("This endpoint needs the scope {needed}.");
        Self {
            challenge: Some(challenge("insufficient_scope", &detail, Some(&endpoint.scopes.join(" ")))),
            error: Some("insufficient_scope"),
            failed_checks: vec![FailedCheck {
                check: "scp".to_owned(),
                expected: needed,
                actual: if granted.is_empty() { "no scope".to_owned() } else { granted.join(" ") },
                citation: "RFC 6750 3.1".to_owned(),
            }],
            ..Self::new(StatusCode::FORBIDDEN, "The access token lacks the scope", detail)
        }
    }

    /// RFC 9470 3 `insufficient_user_authentication`: the token is valid, and the user has to authenticate in a stronger way.
    pub(super) fn insufficient_authentication(needed: &str, actual: Option<&str>) -> Self {
        let detail = "Orders of more than 1,000.00 need a sign-in with two factors.";
        let plain = challenge("insufficient_user_authentication", detail, None);
        Self {
            challenge: Some(format!("{plain}, acr_values=\"{needed}\"")),
            error: Some("insufficient_user_authentication"),
            failed_checks: vec![FailedCheck {
                check: "acr".to_owned(),
                expected: needed.to_owned(),
                actual: actual.unwrap_or("no acr").to_owned(),
                citation: "RFC 9470 3".to_owned(),
            }],
            ..Self::new(StatusCode::UNAUTHORIZED, "A stronger sign-in is needed", detail)
        }
    }

    /// The scope is sufficient, but the orders belong to another user.
    pub(super) fn other_users_orders(expected: &str, actual: &str) -> Self {
        Self {
            failed_checks: vec![FailedCheck {
                check: "uid".to_owned(),
                expected: expected.to_owned(),
                actual: actual.to_owned(),
                citation: "rule of this API: own orders only".to_owned(),
            }],
            ..Self::new(StatusCode::FORBIDDEN, "Orders of another user", "These orders belong to another user.")
        }
    }

    /// The scope is sufficient, but the user is not a premium member.
    pub(super) fn premium_only(product: &str, features: &[String]) -> Self {
        Self {
            failed_checks: vec![FailedCheck {
                check: "feature_access".to_owned(),
                expected: "premium".to_owned(),
                actual: if features.is_empty() { "nothing".to_owned() } else { features.join(" ") },
                citation: "rule of this API: premium products".to_owned(),
            }],
            ..Self::new(StatusCode::FORBIDDEN, "Premium members only", format!("{product} is for premium members."))
        }
    }

    pub(super) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid order", detail)
    }

    pub(super) fn unreadable(status: StatusCode, detail: String) -> Self {
        Self::new(status, "Invalid request body", detail)
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", "This path does not support that method.")
    }

    /// The API cannot verify the token now.
    pub(super) fn keys_unavailable(detail: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The token cannot be verified now", detail)
    }
}

/// A challenge with quoted strings: quotes and backslashes are left out, and so is anything that is not ASCII
/// (RFC 6750 3 allows no others in `error_description`).
fn challenge(error: &str, description: &str, scope: Option<&str>) -> String {
    let plain: String =
        description.chars().filter(|it| (' '..='~').contains(it) && !matches!(it, '"' | '\\')).collect();
    let scope = scope.map(|scope| format!(", scope=\"{scope}\"")).unwrap_or_default();
    format!("Bearer realm=\"{REALM}\", error=\"{error}\", error_description=\"{plain}\"{scope}")
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let challenge = self.challenge.take().and_then(|text| HeaderValue::from_str(&text).ok());
        let mut response = (self.status, Json(self)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
