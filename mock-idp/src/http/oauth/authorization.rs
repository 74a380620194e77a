//! The authorization endpoint.

use http::HeaderMap;
use mock_idp_core::protocol::Parameters;

use crate::engine::AuthorizationEndpoint;
use crate::http::cookies::BrowserCookies;
use crate::http::extract::{AtServer, Form, PageFrame};
use crate::http::respond::accept::prefers_json;
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn get(
    at: AtServer,
    cookies: BrowserCookies,
    frame: PageFrame,
    headers: HeaderMap,
    Query(parameters): Query,
) -> Decided {
    answer(at, cookies, frame, &headers, &parameters).await
}

/// Okta: a POST carries all parameters in its body, none in the query.
pub(super) async fn post(
    at: AtServer,
    cookies: BrowserCookies,
    frame: PageFrame,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Decided {
    answer(at, cookies, frame, &headers, &parameters).await
}

async fn answer(
    AtServer(call): AtServer,
    BrowserCookies { browser, names }: BrowserCookies,
    PageFrame(frame): PageFrame,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Decided {
    let decided = AuthorizationEndpoint::new(&call).respond(parameters, browser, frame).await;
    if prefers_json(headers) { page::response_as_json(decided, &names) } else { page::response(decided, &names) }
}
