//! Builds the authorization request of the code flow and redirects the browser to the issuer.

use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, Scope};
use serde::Deserialize;

use super::error::SignInError;
use super::error_page::show_error;
use super::state::RelyingParty;
use super::transport::masked_pair;
use crate::endpoint::Id;
use crate::pages::ErrorPage;
use crate::session::{BrowserSession, Exchange, PendingSignIn, SessionError};

/// Optional parameters of one sign-in. Empty fields count as absent, because forms send them.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    prompt: String,
    #[serde(default)]
    max_age: String,
    #[serde(default)]
    login_hint: String,
    #[serde(default)]
    acr_values: String,
    /// The endpoint of the API whose call needs the sign-in.
    #[serde(default)]
    endpoint: Option<Id>,
    /// OIDC Core 4: the issuer, in a sign-in that a third party starts.
    #[serde(default)]
    iss: String,
}

/// `GET /login`: a link, or a sign-in started by the issuer's dashboard.
pub(super) async fn from_link(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Query(form): Query<SignInForm>,
) -> Response {
    start(&app, &session, form).await
}

/// `POST /login`: the Log In button.
pub(super) async fn from_form(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Form(form): Form<SignInForm>,
) -> Response {
    match app.require_csrf(&session, &form.csrf).await {
        Ok(()) => start(&app, &session, form).await,
        Err(answer) => answer,
    }
}

async fn start(app: &RelyingParty, session: &BrowserSession, form: SignInForm) -> Response {
    let max_age = match form.max_age.trim() {
        "" => None,
        text => match text.parse::<u32>() {
            Ok(seconds) => Some(i64::from(seconds)),
            Err(_) => return app.pages.error(invalid_request("max_age must be a whole number of seconds.")).await,
        },
    };
    // OIDC Core 4: an unknown issuer in a link must not be used.
    if !form.iss.is_empty() && form.iss != app.settings.issuer {
        return app
            .pages
            .error(invalid_request("This app uses one configured issuer, and the link names another one."))
            .await;
    }
    match authorization(app, session, &form, max_age).await {
        Ok(Ok(url)) => Redirect::to(&url).into_response(),
        Ok(Err(error)) => show_error(app, session, error).await.unwrap_or_else(IntoResponse::into_response),
        Err(error) => error.into_response(),
    }
}

fn invalid_request(reason: &'static str) -> ErrorPage {
    ErrorPage::new(StatusCode::BAD_REQUEST, "invalid_request", "This sign-in cannot start", reason)
}

/// OIDC Core 3.1.2.1: the URL of the authorization request. Stores the values that the response must match.
async fn authorization(
    app: &RelyingParty,
    session: &BrowserSession,
    form: &SignInForm,
    max_age: Option<i64>,
) -> Result<Result<String, SignInError>, SessionError> {
    let provider = match app.providers.get().await {
        Ok(provider) => provider,
        Err(failed) => return Ok(Err(failed.into())),
    };
    let scopes: Vec<String> = match form.scope.trim() {
        "" => app.settings.scopes.clone(),
        text => text.split_whitespace().map(str::to_owned).collect(),
    };
    // RFC 7636 4.2: S256, for confidential clients too.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let mut request = provider
        .client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .set_pkce_challenge(challenge)
        // `openidconnect` adds openid itself.
        .add_scopes(scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new));
    let optional = [("prompt", &form.prompt), ("login_hint", &form.login_hint), ("acr_values", &form.acr_values)];
    for (name, value) in optional {
        if !value.trim().is_empty() {
            request = request.add_extra_param(name, value.trim().to_owned());
        }
    }
    if let Some(seconds) = max_age {
        request = request.add_extra_param("max_age", seconds.to_string());
    }
    let (url, state, nonce) = request.url();

    session
        .add_pending(PendingSignIn {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            pkce_verifier: verifier.into_secret(),
            scopes,
            max_age,
            endpoint: form.endpoint,
            authorization: Exchange {
                title: "Authorization request".to_owned(),
                channel: "front".to_owned(),
                method: "GET".to_owned(),
                url: format!("{}{}", url.origin().ascii_serialization(), url.path()),
                parameters: url.query_pairs().map(|(name, value)| masked_pair(&name, &value)).collect(),
                headers: Vec::new(),
                status: None,
                answer: String::new(),
                milliseconds: None,
                request_id: None,
            },
        })
        .await?;
    Ok(Ok(url.into()))
}
