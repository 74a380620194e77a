//! What the routes of the relying party share.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use super::provider::Providers;
use crate::clock::Clock;
use crate::config::Settings;
use crate::decision::Decisions;
use crate::pages::{ErrorPage, Pages};
use crate::session::BrowserSession;

/// The state of the routes of the relying party.
#[derive(Clone, Debug)]
pub(crate) struct RelyingParty {
    pub(super) settings: Arc<Settings>,
    pub(super) http: reqwest::Client,
    pub(super) providers: Arc<Providers>,
    pub(super) pages: Pages,
    pub(super) decisions: Arc<Decisions>,
    pub(super) clock: Arc<Clock>,
}

impl RelyingParty {
    /// Sends no request: discovery runs at the first sign-in.
    pub(crate) fn new(
        settings: Arc<Settings>,
        http: reqwest::Client,
        pages: Pages,
        decisions: Arc<Decisions>,
        clock: Arc<Clock>,
    ) -> Self {
        let providers = Arc::new(Providers::new(settings.clone(), http.clone()));
        Self { settings, http, providers, pages, decisions, clock }
    }

    /// Returns the error page for a form that does not have the CSRF token of this session.
    pub(super) async fn require_csrf(&self, session: &BrowserSession, sent: &str) -> Result<(), Response> {
        if session.csrf_matches(sent).await.map_err(IntoResponse::into_response)? {
            return Ok(());
        }
        let page = ErrorPage::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "This form has expired",
            "The form does not have the CSRF token of your session. The session has expired, cookies are blocked, or \
             another site sent the form. Reload the page and try again.",
        );
        Err(self.pages.error(page).await)
    }
}

/// Redirects to the page that shows the result of an action.
pub(super) fn redirect_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
