//! The authorization endpoint.

use axum::response::Response;
use http::HeaderMap;
use mock_idp_core::protocol::Parameters;

use crate::http::extract::{AtServer, Body, FromBrowser, PageFrame, Query};
use crate::http::respond::api_error::names_json_first;
use crate::http::respond::page;

pub(super) async fn get(
    at: AtServer,
    from: FromBrowser,
    frame: PageFrame,
    headers: HeaderMap,
    Query(parameters): Query,
) -> Response {
    answer(at, from, frame, &headers, &parameters).await
}

/// Okta: a POST carries all parameters in its body, none in the query.
pub(super) async fn post(
    at: AtServer,
    from: FromBrowser,
    frame: PageFrame,
    headers: HeaderMap,
    Body(parameters): Body,
) -> Response {
    answer(at, from, frame, &headers, &parameters).await
}

async fn answer(
    AtServer(call): AtServer,
    FromBrowser { browser, jar }: FromBrowser,
    PageFrame(frame): PageFrame,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Response {
    let answer = call.authorize(parameters, browser, frame).await;
    if names_json_first(headers) { page::outcome_as_json(answer, &jar) } else { page::outcome(answer, &jar) }
}
