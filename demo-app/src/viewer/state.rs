//! What the routes of the viewer share.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde_json::json;

use crate::clock::Clock;
use crate::config::Settings;
use crate::decision::Decisions;
use crate::pages::{ErrorPage, Pages};
use crate::token::keys::KeyCache;

/// The state of the viewer's routes.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    pub(super) settings: Arc<Settings>,
    pub(super) http: reqwest::Client,
    pub(super) keys: Arc<KeyCache>,
    pub(super) pages: Pages,
    pub(super) decisions: Arc<Decisions>,
    pub(super) clock: Arc<Clock>,
}

impl Viewer {
    pub(crate) fn new(
        settings: Arc<Settings>,
        http: reqwest::Client,
        keys: Arc<KeyCache>,
        pages: Pages,
        decisions: Arc<Decisions>,
        clock: Arc<Clock>,
    ) -> Self {
        Self { settings, http, keys, pages, decisions, clock }
    }

    /// The error page of pages that need a sign-in.
    pub(super) async fn not_signed_in(&self) -> Response {
        self.pages.error(ErrorPage {
            try_again: true,
            ..ErrorPage::new(
                StatusCode::UNAUTHORIZED,
                "not_signed_in",
                "Sign in first",
                "This page shows the tokens of your sign-in, and you are not signed in. 401 means that the app does not \
                 know who you are.",
            )
        })
        .await
    }
}

/// The same as JSON.
pub(super) fn not_signed_in_json() -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": "not_signed_in" }))).into_response()
}

/// Redirects to the page that shows the result of an action.
pub(super) fn redirect_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
