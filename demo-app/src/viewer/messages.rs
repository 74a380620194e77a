//! The messages of the sign-in, in order: what went through the browser and what went from server to server.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{Viewer, nobody_json};
use crate::pages::{Frame, Place, render};
use crate::session::{Exchange, Visit};

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    frame: Frame,
    exchanges: Vec<Exchange>,
}

pub(super) async fn page(State(viewer): State<Viewer>, visit: Visit) -> Response {
    let exchanges = match visit.signed_in().await {
        Ok(Some(signed_in)) => signed_in.exchanges,
        Ok(None) => return viewer.nobody(),
        Err(broken) => return broken.into_response(),
    };
    match viewer.pages.frame(&visit, "Messages", Place::Messages).await {
        Ok(frame) => render(&MessagesPage { frame, exchanges }),
        Err(broken) => broken.into_response(),
    }
}

pub(super) async fn data(visit: Visit) -> Response {
    match visit.signed_in().await {
        Ok(Some(signed_in)) => Json(json!({ "messages": signed_in.exchanges })).into_response(),
        Ok(None) => nobody_json(),
        Err(broken) => broken.into_response(),
    }
}
