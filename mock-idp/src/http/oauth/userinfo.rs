//! The userinfo endpoint.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use mock_idp_core::endpoint::userinfo::{Presented, Scheme, challenge};
use mock_idp_core::protocol::Parameters;

use super::cors::{self, Origin};
use super::discovery;
use crate::http::extract::{AtServer, Body, Query};
use crate::http::respond::{text, texts};

pub(super) async fn get(call: AtServer, query: Query, origin: Origin, headers: HeaderMap) -> Response {
    answer("GET", call, query, origin, &headers, Parameters::default()).await
}

pub(super) async fn post(
    call: AtServer,
    query: Query,
    origin: Origin,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    answer("POST", call, query, origin, &headers, body).await
}

async fn answer(
    method: &str,
    AtServer(call): AtServer,
    Query(query): Query,
    origin: Origin,
    headers: &HeaderMap,
    body: Parameters,
) -> Response {
    let authorization = text(headers, header::AUTHORIZATION);
    let presented = Presented { authorization: authorization.as_deref(), query: &query, body: &body };
    let answer = call.userinfo(method, presented, &texts(headers, "dpop")).await;
    let mut response = match answer.result {
        Ok(claims) => discovery::json(serde_json::Value::Object(claims).to_string().into()),
        Err(refusal) => {
            let scheme = Scheme::of(authorization.as_deref());
            // Okta: the challenge says everything, the body nothing.
            let mut response = Response::default();
            *response.status_mut() = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            if let Ok(value) = HeaderValue::from_str(&challenge(scheme, &refusal, &call.server, &call.urls)) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            }
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            response
                .headers_mut()
                .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
            response
        }
    };
    cors::allow_trusted(&call.org, &origin, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
