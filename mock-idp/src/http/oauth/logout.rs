//! Sign-out by a client.

use axum::response::Response;
use mock_idp_core::protocol::Parameters;

use crate::engine::SignedOut;
use crate::http::extract::{AtServer, Body, FromBrowser, PageFrame, Query, clear_session};
use crate::http::respond::page;

pub(super) async fn get(at: AtServer, from: FromBrowser, frame: PageFrame, Query(parameters): Query) -> Response {
    answer(at, from, frame, &parameters).await
}

pub(super) async fn post(at: AtServer, from: FromBrowser, frame: PageFrame, Body(parameters): Body) -> Response {
    answer(at, from, frame, &parameters).await
}

async fn answer(
    AtServer(call): AtServer,
    FromBrowser { browser, jar }: FromBrowser,
    PageFrame(frame): PageFrame,
    parameters: &Parameters,
) -> Response {
    let answer = call.sign_out(parameters, browser.session.as_deref(), frame).await;
    let ended = !matches!(answer.result, SignedOut::Refused(_));
    let mut response = page::signed_out(answer);
    if ended && browser.session.is_some() {
        clear_session(&mut response, &jar);
    }
    response
}
