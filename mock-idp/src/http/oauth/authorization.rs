//! The authorization endpoint.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use mock_idp_core::protocol::Parameters;
use mock_idp_core::sign_in::view::Frame;

use crate::http::extract::{AtServer, Body, FromBrowser, Query, frame};
use crate::http::respond::api_error::names_json_first;
use crate::http::respond::page;

/// What both methods need beside the parameters.
pub(super) struct Context {
    call: AtServer,
    from: FromBrowser,
    frame: Frame,
    wants_json: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Ok(Self {
            call: AtServer::from_request_parts(parts, state).await?,
            from: FromBrowser::from_request_parts(parts, state).await?,
            frame: frame(parts)?,
            wants_json: names_json_first(&parts.headers),
        })
    }
}

pub(super) async fn get(context: Context, Query(parameters): Query) -> Response {
    answer(context, parameters).await
}

/// Okta: a POST carries all parameters in its body, none in the query.
pub(super) async fn post(context: Context, Body(parameters): Body) -> Response {
    answer(context, parameters).await
}

async fn answer(context: Context, parameters: Parameters) -> Response {
    let Context { call: AtServer(call), from, frame, wants_json } = context;
    let answer = call.authorize(&parameters, from.browser, frame).await;
    if wants_json { page::outcome_as_json(answer, &from.jar) } else { page::outcome(answer, &from.jar) }
}
