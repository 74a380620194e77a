//! The viewer: home page, token viewer, API console and message list, each with its data as JSON beside it.

mod claims;
mod console;
mod home;
mod messages;
mod time;
mod tokens;

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;

use crate::config::Settings;
use crate::decision::Decisions;
use crate::pages::{ErrorPage, Pages};
use crate::token::keys::KeyCache;

/// What every page of the viewer has at hand.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    settings: Arc<Settings>,
    http: reqwest::Client,
    keys: Arc<KeyCache>,
    pages: Pages,
    decisions: Arc<Decisions>,
}

impl Viewer {
    pub(crate) fn new(
        settings: Arc<Settings>,
        http: reqwest::Client,
        keys: Arc<KeyCache>,
        pages: Pages,
        decisions: Arc<Decisions>,
    ) -> Self {
        Self { settings, http, keys, pages, decisions }
    }

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
            .with_state(self)
    }

    /// Pages about a sign-in, without one.
    fn not_signed_in(&self) -> Response {
        self.pages.error(ErrorPage {
            try_again: true,
            ..ErrorPage::new(
                StatusCode::UNAUTHORIZED,
                "not_signed_in",
                "Sign in first",
                "This page shows what your sign-in gave the app, and nobody is signed in. 401 means: the app does not \
                 know who you are.",
            )
        })
    }
}

/// The JSON twin's answer without a sign-in.
fn not_signed_in_json() -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": "not_signed_in" }))).into_response()
}

fn redirect_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
