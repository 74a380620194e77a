//! The console page and the same data as JSON.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::data::{Console, console};
use crate::pages::{Frame, NavItem, render};
use crate::session::{BrowserSession, SessionError};
use crate::viewer::state::Viewer;

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage {
    frame: Frame,
    console: Console,
}

pub(in crate::viewer) async fn page(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    let page: Result<ConsolePage, SessionError> = async {
        let frame = viewer.pages.frame(&session, "API console", NavItem::Console).await?;
        Ok(ConsolePage { frame, console: console(&viewer, &session).await? })
    }
    .await;
    page.map_or_else(IntoResponse::into_response, |page| render(&page))
}

pub(in crate::viewer) async fn data(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    match console(&viewer, &session).await {
        Ok(console) => Json(console).into_response(),
        Err(error) => error.into_response(),
    }
}
