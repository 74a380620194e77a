//! The revocation endpoint.

use axum::response::Response;
use http::{HeaderMap, header};

use super::cors;
use crate::http::extract::{AtServer, Body, Query};
use crate::http::respond::{oauth_error, text};

pub(super) async fn post(
    AtServer(call): AtServer,
    Query(query): Query,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    let authorization = text(&headers, header::AUTHORIZATION);
    let answer = call.revocation(authorization.as_deref(), &query, &body).await;
    // Okta: 200 with an empty body and no media type.
    let mut response = match answer.result {
        Ok(()) => Response::default(),
        Err(refusal) => oauth_error::render(&refusal),
    };
    cors::allow_trusted(&call.org, &headers, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
