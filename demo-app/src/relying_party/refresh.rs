//! Refreshing (RFC 6749 6, OIDC Core 12): trades the refresh token for new tokens and shows what changed.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use openidconnect::RefreshToken;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::callback::{Tokens, no_token_endpoint, token_endpoint_error, verified_subject};
use super::error::SignInError;
use super::transport::Recorder;
use super::{RelyingParty, redirect_to};
use crate::clock;
use crate::session::{BrowserSession, Change, NoticeKind, Refreshed, SessionError, SignedIn};
use crate::token::verify::IdTokenRules;

/// A form that carries nothing but its CSRF token.
#[derive(Debug, Deserialize)]
pub(super) struct CsrfForm {
    #[serde(default)]
    pub(super) csrf: String,
}

/// `POST /refresh`.
pub(super) async fn refresh(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Form(form): Form<CsrfForm>,
) -> Response {
    if let Err(answer) = app.require_csrf(&session, &form.csrf).await {
        return answer;
    }
    match outcome(&app, &session).await {
        Ok(()) => redirect_to("/tokens"),
        Err(error) => error.into_response(),
    }
}

async fn outcome(app: &RelyingParty, session: &BrowserSession) -> Result<(), SessionError> {
    let Some(previous) = session.signed_in().await? else {
        return session.set_notice(NoticeKind::Bad, "Nothing to refresh", "You are not signed in.").await;
    };
    let Some(refresh_token) = previous.refresh_token.clone() else {
        let words = "There is no refresh token. Ask for the scope offline_access when you sign in; the client must be allowed to use it.";
        return session.set_notice(NoticeKind::Bad, "Nothing to refresh with", words).await;
    };
    match renew(app, previous, refresh_token).await {
        Ok(renewed) => {
            let rotated = renewed.refreshed.as_ref().is_some_and(|it| it.rotated);
            session.update(renewed).await?;
            let words = if rotated {
                "New tokens, and a new refresh token: this client rotates. The old one must not be used again."
            } else {
                "New tokens. The refresh token stays the same: this client does not rotate."
            };
            session.set_notice(NoticeKind::Good, "Refreshed", words).await
        }
        Err(error) => {
            tracing::info!(reason = %error, "refresh refused");
            let explained = error.explain();
            let words = format!(
                "{}: {} {} The tokens you had are unchanged.",
                explained.code, explained.description, explained.meaning
            );
            session.set_notice(NoticeKind::Bad, "The refresh was refused", words).await
        }
    }
}

async fn renew(app: &RelyingParty, previous: SignedIn, refresh_token: String) -> Result<SignedIn, SignInError> {
    let provider = app.providers.get().await?;
    let recorder = Recorder::new(app.http.clone(), "Refresh request");
    let old_token = RefreshToken::new(refresh_token);
    let rules = IdTokenRules {
        issuer: &app.settings.issuer,
        client_id: &app.settings.client_id,
        nonce: None,
        access_token: None,
        max_age: None,
        // OIDC Core 12.2: the new ID token is about the same person.
        subject: Some(&previous.subject),
    };
    let response = provider
        .client
        .exchange_refresh_token(&old_token)
        .map_err(no_token_endpoint)?
        .request_async(&recorder)
        .await
        .map_err(|error| token_endpoint_error(error, &recorder, &provider, rules))?;
    let tokens = Tokens::of(&response, &recorder);
    if let Some(raw) = &tokens.id_token {
        let rules = IdTokenRules { access_token: Some(&tokens.access_token), ..rules };
        verified_subject(app, &provider, raw, rules).await?;
    }
    // RFC 6749 6: without a new refresh token the old one goes on.
    let next_refresh = tokens.refresh_token.clone().unwrap_or_else(|| old_token.secret().clone());
    let rotated = next_refresh != *old_token.secret();
    let next_id = tokens.id_token.unwrap_or_else(|| previous.id_token.clone());
    let changes = vec![
        change("ID token", &previous.id_token, &next_id),
        change("Access token", &previous.access_token, &tokens.access_token),
        change("Refresh token", old_token.secret(), &next_refresh),
    ];
    let mut exchanges = previous.exchanges;
    exchanges.extend(recorder.exchanges());
    Ok(SignedIn {
        nonce: if next_id == previous.id_token { previous.nonce } else { None },
        max_age: if next_id == previous.id_token { previous.max_age } else { None },
        id_token: next_id,
        access_token: tokens.access_token,
        refresh_token: Some(next_refresh),
        received_at: clock::now(),
        expires_in: tokens.expires_in,
        granted_scopes: tokens.scopes.unwrap_or(previous.granted_scopes),
        request_id: recorder.last_request_id(),
        refreshed: Some(Refreshed { at: clock::now(), changes, rotated }),
        userinfo: None,
        introspection: None,
        requested_scopes: previous.requested_scopes,
        subject: previous.subject,
        exchanges,
    })
}

fn change(token: &str, before: &str, after: &str) -> Change {
    Change { token: token.to_owned(), before: fingerprint(before), after: fingerprint(after), changed: before != after }
}

/// Tells two tokens apart without showing either.
fn fingerprint(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
