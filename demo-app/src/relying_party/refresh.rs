//! Refresh (RFC 6749 6, OIDC Core 12): redeems the refresh token and records what changed.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use openidconnect::RefreshToken;
use sha2::{Digest as _, Sha256};

use super::csrf_form::CsrfForm;
use super::error::SignInError;
use super::id_token::verified_subject;
use super::state::{RelyingParty, redirect_to};
use super::token_response::{TokenResponse, no_token_endpoint, token_endpoint_error};
use super::transport::Recorder;
use crate::session::{BrowserSession, Notice, NoticeKind, Refreshed, SessionError, SignedIn, TokenChange};
use crate::token::verify::IdTokenRules;

/// Refreshes of one sign-in whose changes are kept for the page.
const MAX_REFRESHES: usize = 10;

/// `POST /refresh`.
pub(super) async fn refresh(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Form(form): Form<CsrfForm>,
) -> Response {
    if let Err(answer) = app.require_csrf(&session, &form.csrf).await {
        return answer;
    }
    match try_refresh(&app, &session).await {
        Ok(()) => redirect_to("/tokens"),
        Err(error) => error.into_response(),
    }
}

async fn try_refresh(app: &RelyingParty, session: &BrowserSession) -> Result<(), SessionError> {
    let Some(previous) = session.signed_in().await? else {
        return session.set_notice(NoticeKind::Failure, "Nothing to refresh", "You are not signed in.").await;
    };
    let Some(refresh_token) = previous.refresh_token.clone() else {
        let message = "There is no refresh token. Request the scope offline_access at sign-in; the client must be allowed to use it.";
        return session.set_notice(NoticeKind::Failure, "Nothing to refresh with", message).await;
    };
    match renew(app, previous, refresh_token).await {
        Ok(renewed) => {
            let rotated = renewed.refreshes.first().is_some_and(|it| it.rotated);
            session.update(renewed).await?;
            let message = if rotated {
                "New tokens, and a new refresh token: this client rotates refresh tokens. The old one must not be used again."
            } else {
                "New tokens. The refresh token is unchanged: this client does not rotate refresh tokens."
            };
            session.set_notice(NoticeKind::Success, "Refreshed", message).await
        }
        Err(error) => {
            tracing::info!(reason = %error, "refresh refused");
            let journal = match error.request_id() {
                Some(id) => app.decisions.journal_page(id).await,
                None => None,
            };
            let explained = error.explain();
            let text = format!(
                "{}: {} {} Your tokens are unchanged.",
                explained.code, explained.description, explained.meaning
            );
            let title = "The refresh was refused".to_owned();
            session.show_notice(&Notice { kind: NoticeKind::Failure, title, text, journal }).await
        }
    }
}

async fn renew(app: &RelyingParty, previous: SignedIn, refresh_token: String) -> Result<SignedIn, SignInError> {
    let provider = app.providers.get().await?;
    let asked_at = app.clock.now().await;
    let recorder = Recorder::new(app.http.clone(), "Refresh request");
    let old_token = RefreshToken::new(refresh_token);
    let rules = IdTokenRules {
        issuer: &app.settings.issuer,
        client_id: &app.settings.client_id,
        nonce: None,
        access_token: None,
        max_age: None,
        // OIDC Core 12.2: the new ID token has the same subject.
        subject: Some(&previous.subject),
    };
    let response = provider
        .client
        .exchange_refresh_token(&old_token)
        .map_err(no_token_endpoint)?
        .request_async(&recorder)
        .await
        .map_err(|error| token_endpoint_error(error, &recorder, &provider, rules, asked_at))?;
    let tokens = TokenResponse::new(&response, &recorder)?;
    if let Some(raw) = &tokens.id_token {
        let rules = IdTokenRules { access_token: Some(&tokens.access_token), ..rules };
        verified_subject(app, &provider, raw, rules).await?;
    }
    // RFC 6749 6: without a new refresh token the old one stays valid.
    let next_refresh = tokens.refresh_token.clone().unwrap_or_else(|| old_token.secret().clone());
    let rotated = next_refresh != *old_token.secret();
    let next_id = tokens.id_token.unwrap_or_else(|| previous.id_token.clone());
    let changes = vec![
        change("ID token", &previous.id_token, &next_id),
        change("Access token", &previous.access_token, &tokens.access_token),
        change("Refresh token", old_token.secret(), &next_refresh),
    ];
    let now = app.clock.now().await;
    let (userinfo, introspections) = previous.earlier_answers();
    let mut refreshes = previous.refreshes;
    refreshes.insert(0, Refreshed { at: now, changes, rotated });
    refreshes.truncate(MAX_REFRESHES);
    let mut exchanges = previous.exchanges;
    exchanges.extend(recorder.exchanges());
    Ok(SignedIn {
        nonce: if next_id == previous.id_token { previous.nonce } else { None },
        max_age: if next_id == previous.id_token { previous.max_age } else { None },
        id_token: next_id,
        access_token: tokens.access_token,
        refresh_token: Some(next_refresh),
        received_at: now,
        expires_in: tokens.expires_in,
        granted_scopes: tokens.scopes.unwrap_or(previous.granted_scopes),
        request_id: recorder.last_request_id(),
        refreshes,
        userinfo,
        introspections,
        requested_scopes: previous.requested_scopes,
        subject: previous.subject,
        exchanges,
    })
}

fn change(token: &str, before: &str, after: &str) -> TokenChange {
    TokenChange {
        token: token.to_owned(),
        before: fingerprint(before),
        after: fingerprint(after),
        changed: before != after,
    }
}

/// The start of the SHA-256 of a token: comparable, and not secret.
fn fingerprint(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
