//! Sign-out by a client.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use mock_idp_core::protocol::Parameters;
use mock_idp_core::sign_in::view::Frame;

use crate::http::extract::{AtServer, Body, FromBrowser, Query, clear_session, frame};
use crate::http::respond::page;

/// What both methods need beside the parameters.
pub(super) struct Context {
    call: AtServer,
    from: FromBrowser,
    frame: Frame,
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Ok(Self {
            call: AtServer::from_request_parts(parts, state).await?,
            from: FromBrowser::from_request_parts(parts, state).await?,
            frame: frame(parts)?,
        })
    }
}

pub(super) async fn get(context: Context, Query(parameters): Query) -> Response {
    answer(context, parameters).await
}

pub(super) async fn post(context: Context, Body(parameters): Body) -> Response {
    answer(context, parameters).await
}

async fn answer(context: Context, parameters: Parameters) -> Response {
    let Context { call: AtServer(call), from, frame } = context;
    let answer = call.sign_out(&parameters, from.browser.session.as_deref(), frame).await;
    let ended = !matches!(answer.result, crate::engine::SignedOut::Refused(_));
    let mut response = page::signed_out(answer);
    if ended && from.browser.session.is_some() {
        clear_session(&mut response, &from.jar);
    }
    response
}
