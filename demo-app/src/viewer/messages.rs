//! The HTTP messages of the sign-in, in order.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::state::{Viewer, not_signed_in_json};
use crate::pages::{Frame, NavItem, render};
use crate::session::{BrowserSession, Exchange};

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    frame: Frame,
    exchanges: Vec<Exchange>,
}

pub(super) async fn page(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    let exchanges = match session.signed_in().await {
        Ok(Some(signed_in)) => signed_in.exchanges,
        Ok(None) => return viewer.not_signed_in().await,
        Err(broken) => return broken.into_response(),
    };
    match viewer.pages.frame(&session, "Messages", NavItem::Messages).await {
        Ok(frame) => render(&MessagesPage { frame, exchanges }),
        Err(error) => error.into_response(),
    }
}

pub(super) async fn data(session: BrowserSession) -> Response {
    match session.signed_in().await {
        Ok(Some(signed_in)) => Json(json!({ "messages": signed_in.exchanges })).into_response(),
        Ok(None) => not_signed_in_json(),
        Err(error) => error.into_response(),
    }
}
