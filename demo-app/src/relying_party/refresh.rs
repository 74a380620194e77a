//! Refreshing (RFC 6749 6, OIDC Core 12): trades the refresh token for new tokens and shows what changed.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use openidconnect::RefreshToken;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::callback::{Tokens, no_token_endpoint, refused_by_token_endpoint, verified_subject};
use super::refusal::Refusal;
use super::transport::Recorder;
use super::{RelyingParty, see};
use crate::clock;
use crate::session::{Change, NoticeKind, Refreshed, SessionBroken, SignedIn, Visit};
use crate::token::verify::IdTokenRules;

/// A form that carries nothing but its CSRF token.
#[derive(Debug, Deserialize)]
pub(super) struct Bare {
    #[serde(default)]
    pub(super) csrf: String,
}

/// `POST /refresh`.
pub(super) async fn refresh(State(app): State<RelyingParty>, visit: Visit, Form(form): Form<Bare>) -> Response {
    if let Err(answer) = app.require_csrf(&visit, &form.csrf).await {
        return answer;
    }
    match outcome(&app, &visit).await {
        Ok(()) => see("/tokens"),
        Err(broken) => broken.into_response(),
    }
}

async fn outcome(app: &RelyingParty, visit: &Visit) -> Result<(), SessionBroken> {
    let Some(held) = visit.signed_in().await? else {
        return visit.set_notice(NoticeKind::Bad, "Nothing to refresh", "You are not signed in.").await;
    };
    let Some(refresh_token) = held.refresh_token.clone() else {
        let words = "There is no refresh token. Ask for the scope offline_access when you sign in; the client must be allowed to use it.";
        return visit.set_notice(NoticeKind::Bad, "Nothing to refresh with", words).await;
    };
    match renew(app, held, refresh_token).await {
        Ok(renewed) => {
            let rotated = renewed.refreshed.as_ref().is_some_and(|it| it.rotated);
            visit.update(renewed).await?;
            let words = if rotated {
                "New tokens, and a new refresh token: this client rotates. The old one must not be used again."
            } else {
                "New tokens. The refresh token stays the same: this client does not rotate."
            };
            visit.set_notice(NoticeKind::Good, "Refreshed", words).await
        }
        Err(refusal) => {
            tracing::info!(reason = %refusal, "refresh refused");
            let explained = refusal.explain();
            let words = format!(
                "{}: {} {} The tokens you had are unchanged.",
                explained.code, explained.description, explained.meaning
            );
            visit.set_notice(NoticeKind::Bad, "The refresh was refused", words).await
        }
    }
}

async fn renew(app: &RelyingParty, held: SignedIn, refresh_token: String) -> Result<SignedIn, Refusal> {
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
        subject: Some(&held.subject),
    };
    let response = provider
        .client
        .exchange_refresh_token(&old_token)
        .map_err(no_token_endpoint)?
        .request_async(&recorder)
        .await
        .map_err(|error| refused_by_token_endpoint(error, &recorder, &provider, rules))?;
    let tokens = Tokens::of(&response, &recorder);
    if let Some(raw) = &tokens.id_token {
        let rules = IdTokenRules { access_token: Some(&tokens.access_token), ..rules };
        verified_subject(app, &provider, raw, rules).await?;
    }
    // RFC 6749 6: without a new refresh token the old one goes on.
    let next_refresh = tokens.refresh_token.clone().unwrap_or_else(|| old_token.secret().clone());
    let rotated = next_refresh != *old_token.secret();
    let next_id = tokens.id_token.unwrap_or_else(|| held.id_token.clone());
    let changes = vec![
        change("ID token", &held.id_token, &next_id),
        change("Access token", &held.access_token, &tokens.access_token),
        change("Refresh token", old_token.secret(), &next_refresh),
    ];
    let mut exchanges = held.exchanges;
    exchanges.extend(recorder.exchanges());
    Ok(SignedIn {
        nonce: if next_id == held.id_token { held.nonce } else { None },
        max_age: if next_id == held.id_token { held.max_age } else { None },
        id_token: next_id,
        access_token: tokens.access_token,
        refresh_token: Some(next_refresh),
        received_at: clock::now(),
        expires_in: tokens.expires_in,
        granted_scopes: tokens.scopes.unwrap_or(held.granted_scopes),
        request_id: recorder.last_request_id(),
        refreshed: Some(Refreshed { at: clock::now(), changes, rotated }),
        userinfo: None,
        introspection: None,
        requested_scopes: held.requested_scopes,
        subject: held.subject,
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
