//! The introspection endpoint.

use axum::response::Response;
use http::{HeaderMap, header};

use super::{cors, discovery};
use crate::http::extract::{AtServer, Body, Query};
use crate::http::respond::{oauth_error, text};

pub(super) async fn post(
    AtServer(call): AtServer,
    Query(query): Query,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    let authorization = text(&headers, header::AUTHORIZATION);
    let answer = call.introspect(authorization.as_deref(), &query, &body).await;
    let mut response = match answer.result {
        Ok(body) => discovery::json(body.to_string().into()),
        Err(refusal) => oauth_error::render(&refusal),
    };
    cors::allow_trusted(&call.org, &headers, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
