//! The page that shows why a sign-in failed.

use axum::response::Response;

use super::error::{SignInError, StateCheck};
use super::state::RelyingParty;
use crate::decision::Refusal;
use crate::pages::ErrorPage;
use crate::session::{BrowserSession, SessionError};

/// The page for a failed sign-in. An earlier sign-in stays valid.
pub(super) async fn show_error(
    app: &RelyingParty,
    session: &BrowserSession,
    error: SignInError,
) -> Result<Response, SessionError> {
    tracing::info!(reason = %error, "sign-in failed");
    let refusal = refusal(app, &error).await;
    let is_signed_in = session.signed_in().await?.is_some();
    let text = error.explain();
    let title = if is_signed_in { "The sign-in failed; you are still signed in" } else { "You are not signed in" };
    let page = ErrorPage {
        status: text.status,
        code: text.code,
        title: title.to_owned(),
        description: text.description,
        meaning: text.meaning,
        state: text.state.map(|state| state.description().to_owned()),
        checks: text.checks,
        refusal,
        try_again: true,
    };
    if is_signed_in { app.pages.error_of(session, page).await } else { Ok(app.pages.error(page).await) }
}

/// What the mock knows about its refusal.
async fn refusal(app: &RelyingParty, error: &SignInError) -> Option<Refusal> {
    let settings = &app.settings;
    match error {
        SignInError::Issuer { state: StateCheck::Matches, scopes, .. } => {
            let scopes = scopes.as_deref().unwrap_or_default().join(" ");
            app.decisions.refused_sign_in(&settings.client_id, &settings.issuer, &scopes).await
        }
        _ => app.decisions.refused_request(error.request_id()?).await,
    }
}
