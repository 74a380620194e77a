//! The token endpoint.

use axum::response::Response;
use http::HeaderMap;
use mock_idp_core::endpoint::token::TokenRequest;

use super::{cors, discovery};
use crate::http::extract::{AtServer, Body, Query};
use crate::http::respond::{oauth_error, text};

pub(super) async fn post(
    AtServer(call): AtServer,
    Query(query): Query,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    let request = TokenRequest {
        authorization: text(&headers, http::header::AUTHORIZATION),
        origin: text(&headers, http::header::ORIGIN),
        query,
        body,
    };
    let answer = call.token(request).await;
    let mut response = match answer.result {
        Ok(body) => discovery::json(serde_json::Value::Object(body).to_string().into()),
        Err(refusal) => oauth_error::render(&refusal),
    };
    cors::allow_anyone(&headers, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
