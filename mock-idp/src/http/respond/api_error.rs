//! Okta's API error envelope: `errorCode`, `errorSummary`, `errorLink`, `errorId`, `errorCauses`.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::management::ApiError;
use rand::RngExt as _;
use serde_json::json;

use crate::journal::Explained;
use crate::routing::{Decided, IntoDecided};

/// The answer to a request that fails with this error.
pub(crate) fn render(error: &ApiError) -> Decided {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let response = with_retry_after(envelope(status, error.code(), &error.summary(), &error.causes));
    Explained::refused(response, error.to_string())
}

/// Says when to try again, if a service is unavailable. RFC 9110 15.6.4.
pub(crate) fn with_retry_after(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// The body alone, also for OAuth errors that Okta sends in this shape.
pub(crate) fn envelope(status: StatusCode, code: &str, summary: &str, causes: &[String]) -> Response {
    let causes: Vec<_> = causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
    let body = json!({
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": error_id(),
        "errorCauses": causes,
    });
    (status, axum::Json(body)).into_response()
}

/// What handlers of Okta's APIs return.
impl IntoDecided for Result<Response, ApiError> {
    fn into_decided(self) -> Decided {
        match self {
            Ok(response) => Explained::undecided(response),
            Err(error) => render(&error),
        }
    }
}

/// `oae` and 22 characters of base64url.
fn error_id() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = rand::rng();
    let tail = (0..22).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    "oae".chars().chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use mock_idp_core::management::ApiErrorId;

    use super::*;

    #[tokio::test]
    async fn the_envelope_has_oktas_keys_in_oktas_order() {
        let error =
            ApiError { causes: vec!["limit: too much".into()], ..ApiError::new(ApiErrorId::PathNotFound, "test") };
        let Explained { result: response, explanation } = render(&error);
        assert_eq!(explanation.reason.as_deref(), Some("E0000008: test"));
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/json");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let id = text.split("\"errorId\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert_eq!(id.len(), 25);
        assert_eq!(
            text.replace(&id, "ID"),
            "{\"errorCode\":\"E0000008\",\"errorSummary\":\"The requested path was not found\",\"errorLink\":\"E0000008\",\
             \"errorId\":\"ID\",\"errorCauses\":[{\"errorSummary\":\"limit: too much\"}]}"
        );
    }
}
