//! The page that shows why a sign-in failed.

use axum::response::Response;

use super::error::{SignInError, StateCheck};
use super::state::RelyingParty;
use crate::pages::ErrorPage;

/// The page for a failed sign-in. An earlier sign-in stays valid.
pub(super) async fn show_error(app: &RelyingParty, error: SignInError) -> Response {
    tracing::info!(reason = %error, "sign-in failed");
    let notes = match &error {
        SignInError::Issuer { state: StateCheck::Matches, .. } => {
            app.decisions.for_refused_sign_in(&app.settings.client_id).await
        }
        _ => Vec::new(),
    };
    let text = error.explain();
    app.pages.error(ErrorPage {
        status: text.status,
        code: text.code,
        title: "You are not signed in".to_owned(),
        description: text.description,
        meaning: text.meaning,
        state: text.state.map(|state| state.description().to_owned()),
        checks: text.checks,
        notes,
        try_again: true,
    })
}
