//! The relying party: signs people in with the authorization code flow and PKCE, keeps their tokens in the
//! server-side session, refreshes them and signs people out (OIDC Core 3.1, RFC 7636, RP-Initiated Logout 1.0).

mod callback;
mod error;
mod inspect;
mod provider;
mod refresh;
mod sign_in;
mod sign_out;
mod transport;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;

use crate::config::{CALLBACK_PATH, Settings};
use crate::decision::Decisions;
use crate::pages::{ErrorPage, Pages};
use crate::session::BrowserSession;
use provider::Providers;

/// What every route of the relying party has at hand.
#[derive(Clone, Debug)]
pub(crate) struct RelyingParty {
    settings: Arc<Settings>,
    http: reqwest::Client,
    providers: Arc<Providers>,
    pages: Pages,
    decisions: Arc<Decisions>,
}

impl RelyingParty {
    /// Nothing is asked of the issuer yet: discovery waits for the first sign-in.
    pub(crate) fn new(settings: Arc<Settings>, http: reqwest::Client, pages: Pages, decisions: Arc<Decisions>) -> Self {
        let providers = Arc::new(Providers::new(settings.clone(), http.clone()));
        Self { settings, http, providers, pages, decisions }
    }

    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route("/login", get(sign_in::from_link).post(sign_in::from_form))
            .route(CALLBACK_PATH, get(callback::callback))
            .route("/logout", post(sign_out::sign_out))
            .route("/refresh", post(refresh::refresh))
            .route("/userinfo", post(inspect::userinfo))
            .route("/introspect", post(inspect::introspect))
            .with_state(self)
    }

    /// Refuses a form that did not come from a page of this session.
    async fn require_csrf(&self, session: &BrowserSession, sent: &str) -> Result<(), Response> {
        if session.csrf_matches(sent).await.map_err(IntoResponse::into_response)? {
            return Ok(());
        }
        Err(self.pages.error(ErrorPage::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "This form has expired",
            "The form does not carry the token of your session. It was open for too long, cookies are blocked, or \
             another site sent it. Go back to the page, reload it and try again.",
        )))
    }
}

/// After an action: to the page that shows its outcome, by GET.
fn redirect_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
