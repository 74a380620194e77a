//! Sign-out: from the app only, or from the app and the issuer (RP-Initiated Logout 1.0).

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::Url;

use super::state::{RelyingParty, redirect_to};
use crate::session::{BrowserSession, NoticeKind, SessionError, SignedIn};

/// Which sessions to end.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum SignOutFrom {
    /// The session of this app.
    #[default]
    App,
    /// The session of this app and the issuer's.
    Issuer,
}

#[derive(Debug, Deserialize)]
pub(super) struct SignOutForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    reach: SignOutFrom,
}

/// `POST /logout`.
pub(super) async fn sign_out(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Form(form): Form<SignOutForm>,
) -> Response {
    if let Err(answer) = app.require_csrf(&session, &form.csrf).await {
        return answer;
    }
    match end(&app, &session, form.reach).await {
        Ok(Some(url)) => Redirect::to(url.as_str()).into_response(),
        Ok(None) => redirect_to("/"),
        Err(error) => error.into_response(),
    }
}

async fn end(app: &RelyingParty, session: &BrowserSession, reach: SignOutFrom) -> Result<Option<Url>, SessionError> {
    let signed_in = session.signed_in().await?;
    session.sign_out().await?;
    let Some(signed_in) = signed_in else { return Ok(None) };
    let url = match reach {
        SignOutFrom::App => None,
        SignOutFrom::Issuer => end_session_url(app, &signed_in).await,
    };
    let message = match (reach, &url) {
        (SignOutFrom::App, _) => {
            "The session of this app has ended and its tokens are deleted. The issuer still has a session: the next Log In may need no password."
        }
        (SignOutFrom::Issuer, Some(_)) => {
            "The session of this app has ended, and the browser was sent to the issuer to end its session. A copied access \
             token stays valid until it expires, because resource servers verify tokens without the issuer."
        }
        (SignOutFrom::Issuer, None) => {
            "The session of this app has ended. The issuer's has not: it has no end_session_endpoint, or does not respond."
        }
    };
    session.set_notice(NoticeKind::Success, "Signed out", message).await?;
    Ok(url)
}

/// RP-Initiated Logout 1.0 2. Okta needs `id_token_hint`, and accepts an expired one.
async fn end_session_url(app: &RelyingParty, signed_in: &SignedIn) -> Option<Url> {
    let provider = app.providers.get().await.ok()?;
    let mut url = provider.more.end_session_endpoint.clone()?;
    url.query_pairs_mut()
        .append_pair("id_token_hint", &signed_in.id_token)
        .append_pair("post_logout_redirect_uri", &format!("{}/", app.settings.url));
    Some(url)
}
