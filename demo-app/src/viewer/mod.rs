//! The viewer: home page, token viewer, API console and message list, each also as JSON.

mod claims;
mod console;
mod help;
mod home;
mod messages;
mod state;
mod tokens;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use state::Viewer;

impl Viewer {
    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route("/", get(home::page))
            .route("/data.json", get(home::data))
            .route("/tokens", get(tokens::page))
            .route("/tokens/data.json", get(tokens::data))
            .route("/console", get(console::page))
            .route("/console/data.json", get(console::data))
            .route("/console/call", post(console::call))
            .route("/messages", get(messages::page))
            .route("/messages/data.json", get(messages::data))
            .route("/help", get(help::index))
            .route("/help/{topic}", get(help::topic))
            .with_state(self)
    }
}
