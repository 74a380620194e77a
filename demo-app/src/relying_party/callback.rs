//! The way back: judges the issuer's answer, trades the code for tokens, verifies the ID token and signs in.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use openidconnect::core::{CoreErrorResponseType, CoreIdToken, CoreTokenResponse};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ConfigurationError, Nonce, OAuth2TokenResponse as _, PkceCodeVerifier,
    RequestTokenError, SignatureVerificationError, StandardErrorResponse,
};
use serde_json::Value;
use std::str::FromStr as _;
use std::sync::Arc;

use super::error::{SignInError, StateCheck};
use super::provider::Provider;
use super::transport::{Recorder, TransportError, masked_pair};
use super::{RelyingParty, redirect_to};
use crate::clock;
use crate::pages::ErrorPage;
use crate::session::{BrowserSession, Exchange, PendingSignIn, SessionError, SignedIn};
use crate::token::Jwt;
use crate::token::check::first_failure;
use crate::token::verify::{self, ISSUED_AHEAD_SECONDS, IdTokenRules, MAX_AGE_SKEW_SECONDS};

/// `GET /authorization-code/callback`.
pub(super) async fn callback(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    match answer(&app, &session, parameters).await {
        Ok(Ok(())) => redirect_to("/"),
        Ok(Err(error)) => show_error(&app, error).await,
        Err(error) => error.into_response(),
    }
}

/// The page for a sign-in that failed. Whoever was signed in before still is.
pub(super) async fn show_error(app: &RelyingParty, error: SignInError) -> Response {
    tracing::info!(reason = %error, "sign-in refused");
    let notes = match &error {
        SignInError::Issuer { state: StateCheck::Matches, .. } => {
            app.decisions.for_refused_sign_in(&app.settings.client_id).await
        }
        _ => Vec::new(),
    };
    let explained = error.explain();
    app.pages.error(ErrorPage {
        status: explained.status,
        code: explained.code,
        title: "You are not signed in".to_owned(),
        description: explained.description,
        meaning: explained.meaning,
        state: explained.state.map(|verdict| verdict.words().to_owned()),
        checks: explained.checks,
        notes,
        try_again: true,
    })
}

async fn answer(
    app: &RelyingParty,
    session: &BrowserSession,
    parameters: Vec<(String, String)>,
) -> Result<Result<(), SignInError>, SessionError> {
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
    let verdict = match (&pending, parameter("state"), had_session) {
        (Some(_), ..) => StateCheck::Matches,
        (None, None, _) => StateCheck::Missing,
        (None, Some(_), true) => StateCheck::Unknown,
        (None, Some(_), false) => StateCheck::NoSession,
    };
    // RFC 6749 4.1.2.1: an error answer. Its words are shown whatever the state, and nothing else is done with it.
    if let Some(code) = parameter("error") {
        let description = parameter("error_description").map(str::to_owned);
        return Ok(Err(SignInError::Issuer { code: code.to_owned(), description, state: verdict }));
    }
    let Some(pending) = pending else { return Ok(Err(SignInError::State(verdict))) };
    // RFC 9207 2.4: checked when sent; Okta does not send it.
    if let Some(received) = parameter("iss").filter(|iss| *iss != app.settings.issuer) {
        return Ok(Err(SignInError::WrongIssuer { received: received.to_owned() }));
    }
    let Some(code) = parameter("code") else { return Ok(Err(SignInError::NoCode)) };
    let back = Exchange {
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
    match redeem(app, pending, code, back).await {
        Ok(signed_in) => {
            tracing::info!(subject = %signed_in.subject, "signed in");
            session.sign_in(signed_in).await?;
            Ok(Ok(()))
        }
        Err(error) => Ok(Err(error)),
    }
}

/// OIDC Core 3.1.3: code for tokens, then the ID token's verification.
async fn redeem(
    app: &RelyingParty,
    pending: PendingSignIn,
    code: &str,
    back: Exchange,
) -> Result<SignedIn, SignInError> {
    let provider = app.providers.get().await?;
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
        .map_err(|error| token_endpoint_error(error, &recorder, &provider, rules))?;
    let tokens = Tokens::of(&response, &recorder);
    let raw = tokens.id_token.ok_or(SignInError::NoIdToken)?;
    let rules = IdTokenRules { access_token: Some(&tokens.access_token), ..rules };
    let subject = verified_subject(app, &provider, &raw, rules).await?;

    let mut exchanges = provider.exchanges.clone();
    exchanges.extend([pending.authorization, back]);
    exchanges.extend(recorder.exchanges());
    Ok(SignedIn {
        id_token: raw,
        granted_scopes: tokens.scopes.unwrap_or_else(|| pending.scopes.clone()),
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        received_at: clock::now(),
        expires_in: tokens.expires_in,
        requested_scopes: pending.scopes,
        nonce: Some(pending.nonce),
        max_age: pending.max_age,
        subject,
        request_id: recorder.last_request_id(),
        refreshed: None,
        userinfo: None,
        introspection: None,
        exchanges,
    })
}

/// The members of a token response that the app keeps.
pub(super) struct Tokens {
    pub(super) id_token: Option<String>,
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) expires_in: Option<i64>,
    pub(super) scopes: Option<Vec<String>>,
}

impl Tokens {
    pub(super) fn of(response: &CoreTokenResponse, recorder: &Recorder) -> Self {
        Self {
            id_token: raw_id_token(recorder),
            access_token: response.access_token().secret().clone(),
            refresh_token: response.refresh_token().map(|token| token.secret().clone()),
            expires_in: response.expires_in().and_then(|lifetime| i64::try_from(lifetime.as_secs()).ok()),
            scopes: response.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
        }
    }
}

/// The ID token exactly as it was sent, also when the crate could not read it.
fn raw_id_token(recorder: &Recorder) -> Option<String> {
    recorder.last_json()?.get("id_token").and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn no_token_endpoint(error: ConfigurationError) -> SignInError {
    SignInError::TokenRequest { reason: format!("The discovery document names no token endpoint ({error}).") }
}

type TokenError = RequestTokenError<TransportError, StandardErrorResponse<CoreErrorResponseType>>;

/// Tells apart an OAuth error, Okta's own envelope, an unreadable ID token and no answer at all.
pub(super) fn token_endpoint_error(
    error: TokenError,
    recorder: &Recorder,
    provider: &Provider,
    rules: IdTokenRules<'_>,
) -> SignInError {
    match error {
        RequestTokenError::ServerResponse(body) => SignInError::TokenEndpoint {
            code: body.error().to_string(),
            description: body.error_description().cloned(),
        },
        RequestTokenError::Request(error) => SignInError::TokenRequest { reason: error.to_string() },
        RequestTokenError::Parse(error, body) => {
            let body = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            let reason = crate::outbound::error_chain(&error);
            match (body["errorCode"].as_str(), raw_id_token(recorder)) {
                // Okta answers an unknown client with its own envelope instead of an OAuth error.
                (Some(code), _) => SignInError::TokenEndpoint {
                    code: code.to_owned(),
                    description: body["errorSummary"].as_str().map(str::to_owned),
                },
                (None, Some(raw)) => {
                    let rules = IdTokenRules { access_token: body["access_token"].as_str(), ..rules };
                    let checks = Jwt::read(&raw).map(|jwt| verify::id_token(&jwt, &provider.keys, rules, clock::now()));
                    SignInError::IdToken { reason, checks: checks.unwrap_or_default() }
                }
                (None, None) => SignInError::TokenRequest { reason: format!("The answer cannot be read: {reason}") },
            }
        }
        RequestTokenError::Other(reason) => SignInError::TokenRequest { reason },
    }
}

/// Verifies the ID token with openidconnect *and* against the checklist that the page shows; both must agree that it
/// is good. An unknown key makes the app read the issuer's keys once more: they may have been rotated.
pub(super) async fn verified_subject(
    app: &RelyingParty,
    provider: &Arc<Provider>,
    raw: &str,
    rules: IdTokenRules<'_>,
) -> Result<String, SignInError> {
    match verify_once(provider, raw, rules) {
        Err(IdTokenRejection { error: Some(error), .. }) if is_unknown_key(&error) => {
            let newer = app.providers.newer_than(provider).await?;
            verify_once(&newer, raw, rules).map_err(IdTokenRejection::into_error)
        }
        outcome => outcome.map_err(IdTokenRejection::into_error),
    }
}

/// A negative verdict.
struct IdTokenRejection {
    error: Option<ClaimsVerificationError>,
    reason: String,
    checks: Vec<crate::token::check::Check>,
}

impl IdTokenRejection {
    fn into_error(self) -> SignInError {
        SignInError::IdToken { reason: self.reason, checks: self.checks }
    }
}

fn is_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(error, ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
}

fn verify_once(provider: &Provider, raw: &str, rules: IdTokenRules<'_>) -> Result<String, IdTokenRejection> {
    let now = clock::now();
    let refused =
        |error: Option<ClaimsVerificationError>, reason: String, checks| IdTokenRejection { error, reason, checks };
    let jwt = Jwt::read(raw).map_err(|not| refused(None, format!("It {not}."), Vec::new()))?;
    let checks = verify::id_token(&jwt, &provider.keys, rules, now);

    let token = CoreIdToken::from_str(raw).map_err(|error| refused(None, error.to_string(), checks.clone()))?;
    let verifier = provider
        .client
        .id_token_verifier()
        .set_issue_time_verifier_fn(move |iat| match iat.timestamp() <= now + ISSUED_AHEAD_SECONDS {
            true => Ok(()),
            false => Err(format!("iat {} lies in the future", iat.timestamp())),
        })
        .set_auth_time_verifier_fn(move |auth_time| match (rules.max_age, auth_time) {
            (None, _) => Ok(()),
            (Some(max), Some(at)) if now - at.timestamp() <= max + MAX_AGE_SKEW_SECONDS => Ok(()),
            (Some(_), _) => Err("max_age was asked for and the sign-in is older, or says no time".to_owned()),
        });
    let nonce = rules.nonce.map(|nonce| Nonce::new(nonce.to_owned()));
    let verified = match &nonce {
        Some(nonce) => token.claims(&verifier, nonce),
        // OIDC Core 12.2: after a refresh the nonce should be absent.
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    };
    match (verified, first_failure(&checks)) {
        (Ok(claims), None) => Ok(claims.subject().to_string()),
        (Ok(_), Some(failure)) => {
            let reason = format!("check \u{201c}{}\u{201d}, {}", failure.title, failure.citation);
            Err(refused(None, reason, checks))
        }
        (Err(error), _) => {
            let reason = crate::outbound::error_chain(&error);
            Err(refused(Some(error), reason, checks))
        }
    }
}
