//! The redirect URI: checks the issuer's response, redeems the code, verifies the ID token and starts the session.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use openidconnect::{AuthorizationCode, PkceCodeVerifier};

use super::error::{SignInError, StateCheck};
use super::error_page::show_error;
use super::id_token::verified_subject;
use super::state::{RelyingParty, redirect_to};
use super::token_response::{TokenResponse, no_token_endpoint, token_endpoint_error};
use super::transport::{Recorder, masked_pair};
use crate::endpoint::Id;
use crate::session::{BrowserSession, Exchange, PendingSignIn, SessionError, SignedIn};
use crate::token::verify::IdTokenRules;

/// `GET /authorization-code/callback`.
pub(super) async fn callback(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    match complete(&app, &session, parameters).await {
        Ok(Ok(None)) => redirect_to("/"),
        Ok(Ok(Some(endpoint))) => redirect_to(&format!("/console#{}", endpoint.name())),
        Ok(Err(error)) => show_error(&app, &session, error).await.unwrap_or_else(IntoResponse::into_response),
        Err(error) => error.into_response(),
    }
}

/// Completes a sign-in. Returns the endpoint whose call needs it.
async fn complete(
    app: &RelyingParty,
    session: &BrowserSession,
    parameters: Vec<(String, String)>,
) -> Result<Result<Option<Id>, SignInError>, SessionError> {
    // RFC 6749 3.1: a parameter must not be included more than once.
    for (at, (name, _)) in parameters.iter().enumerate() {
        if parameters[..at].iter().any(|(earlier, _)| earlier == name) {
            return Ok(Err(SignInError::Repeated { name: name.clone() }));
        }
    }
    let parameter = |name: &str| parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());

    let had_session = !session.is_new().await;
    let pending = match parameter("state") {
        Some(state) => session.take_pending(state).await?,
        None => None,
    };
    let state = match (&pending, parameter("state"), had_session) {
        (Some(_), ..) => StateCheck::Matches,
        (None, None, _) => StateCheck::Missing,
        (None, Some(_), true) => StateCheck::Unknown,
        (None, Some(_), false) => StateCheck::NoSession,
    };
    // RFC 6749 4.1.2.1: an error response. It is shown whatever its state is, and has no other effect.
    if let Some(code) = parameter("error") {
        let description = parameter("error_description").map(str::to_owned);
        let scopes = pending.map(|pending| pending.scopes);
        return Ok(Err(SignInError::Issuer { code: code.to_owned(), description, state, scopes }));
    }
    let Some(pending) = pending else { return Ok(Err(SignInError::State(state))) };
    // RFC 9207 2.4: checked when sent; Okta does not send it.
    if let Some(received) = parameter("iss").filter(|iss| *iss != app.settings.issuer) {
        return Ok(Err(SignInError::WrongIssuer { received: received.to_owned() }));
    }
    let Some(code) = parameter("code") else { return Ok(Err(SignInError::NoCode)) };
    let callback = Exchange {
        title: "Answer of the issuer".to_owned(),
        channel: "front".to_owned(),
        method: "GET".to_owned(),
        url: app.settings.redirect_uri.clone(),
        parameters: parameters.iter().map(|(name, value)| masked_pair(name, value)).collect(),
        headers: Vec::new(),
        status: None,
        answer: String::new(),
        milliseconds: None,
        request_id: None,
    };
    let endpoint = pending.endpoint;
    match redeem(app, pending, code, callback).await {
        Ok(signed_in) => {
            tracing::info!(subject = %signed_in.subject, "signed in");
            let calls = session.calls().await?;
            session.sign_in(signed_in).await?;
            let made = endpoint.and_then(|endpoint| calls.into_iter().find(|call| call.endpoint == endpoint.name()));
            if let Some((endpoint, body)) = endpoint.zip(made.and_then(|call| call.request_body)) {
                session.set_draft(endpoint, body).await?;
            }
            Ok(Ok(endpoint))
        }
        Err(error) => Ok(Err(error)),
    }
}

/// OIDC Core 3.1.3: redeems the code and verifies the ID token.
async fn redeem(
    app: &RelyingParty,
    pending: PendingSignIn,
    code: &str,
    callback: Exchange,
) -> Result<SignedIn, SignInError> {
    let provider = app.providers.get().await?;
    let asked_at = app.clock.now().await;
    let recorder = Recorder::new(app.http.clone(), "Token request");
    let rules = IdTokenRules {
        issuer: &app.settings.issuer,
        client_id: &app.settings.client_id,
        nonce: Some(&pending.nonce),
        access_token: None,
        max_age: pending.max_age,
        subject: None,
    };
    let response = provider
        .client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(no_token_endpoint)?
        .set_pkce_verifier(PkceCodeVerifier::new(pending.pkce_verifier))
        .request_async(&recorder)
        .await
        .map_err(|error| token_endpoint_error(error, &recorder, &provider, rules, asked_at))?;
    let tokens = TokenResponse::new(&response, &recorder)?;
    let raw = tokens.id_token.ok_or(SignInError::NoIdToken)?;
    let rules = IdTokenRules { access_token: Some(&tokens.access_token), ..rules };
    let subject = verified_subject(app, &provider, &raw, rules).await?;

    let mut exchanges = provider.exchanges.clone();
    exchanges.extend([pending.authorization, callback]);
    exchanges.extend(recorder.exchanges());
    Ok(SignedIn {
        id_token: raw,
        granted_scopes: tokens.scopes.unwrap_or_else(|| pending.scopes.clone()),
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        received_at: app.clock.now().await,
        expires_in: tokens.expires_in,
        requested_scopes: pending.scopes,
        nonce: Some(pending.nonce),
        max_age: pending.max_age,
        subject,
        request_id: recorder.last_request_id(),
        refreshes: Vec::new(),
        userinfo: None,
        introspections: Vec::new(),
        exchanges,
    })
}
