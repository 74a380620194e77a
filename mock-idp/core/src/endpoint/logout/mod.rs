//! Sign-out by the client. OIDC RP-Initiated Logout 1.0; Okta: `/v1/logout`.

mod notices;

pub use notices::{BackChannelNotice, LogoutNotices, logout_notices};

use crate::ledger::Authentication;
use crate::model::{App, matches_any_port};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters};
use crate::text::clipped;
use crate::tokens::{Verified, half_hash};

/// Where the browser goes after the session has ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Destination {
    Redirect(String),
    /// The org's own page: there is no redirect URI.
    SignedOutPage,
    /// The user is asked first; nothing has ended. The form of the page sends [`CONFIRMATION`] with this value.
    Question(String),
}

/// The parameter by which the user confirms to sign out.
pub const CONFIRMATION: &str = "confirmation";

/// Shows that the form was sent from a page of this session: other sites do not know the session's id.
fn confirmation(session_id: &str) -> String {
    half_hash(&format!("sign out of {session_id}"))
}

/// Checks a sign-out request. `hint` is the verified ID token, which may be expired; `session` is that of the browser.
///
/// # Errors
/// Okta's errors. They are shown, not redirected.
pub fn check(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    parameters: &Parameters,
    hint: Option<&Verified>,
    session: Option<&Authentication>,
) -> Result<Destination, OAuthError> {
    let repeated = parameters.duplicates();
    if !repeated.is_empty() {
        return Err(OAuthError::with(
            ErrorId::IllegalDuplicatedParameters,
            repeated.join(", "),
            "duplicate parameters",
        ));
    }
    if parameters.get("id_token_hint").is_some() && hint.is_none() {
        return Err(OAuthError::new(ErrorId::IdTokenInvalid, "id_token_hint was not issued by this server"));
    }
    if let (Some(hint), Some(session)) = (hint, session)
        && hint.text("sub") != Some(session.user_id.as_str())
    {
        return Err(OAuthError::new(
            ErrorId::IdTokenDoesNotMatchSession,
            "the hint is about another user than the session",
        ));
    }
    if hint.is_none() {
        // RP-Initiated Logout 2: without a hint the user is asked. 3: the client is unknown, so that its redirect URI is not used.
        if !server.behavior.asks_before_sign_out() {
            // Okta: the hint is required; without it the client is unknown.
            return Err(OAuthError::new(ErrorId::InvalidClientId, "id_token_hint is missing"));
        }
        let expected = session.map(|session| confirmation(&session.session_id));
        let unconfirmed = expected.filter(|expected| parameters.get(CONFIRMATION) != Some(expected));
        return Ok(unconfirmed.map_or(Destination::SignedOutPage, Destination::Question));
    }
    // RP-Initiated Logout 2: client_id is the client that the hint was issued to.
    if let (Some(named), Some(hint)) = (parameters.get("client_id"), hint)
        && hint.text("aud") != Some(named)
    {
        let reason = format!("client_id is `{named}`, but the hint was issued to {:?}", hint.text("aud"));
        return Err(OAuthError::new(ErrorId::IdTokenInvalid, reason));
    }
    let Some(redirect_uri) = parameters.get("post_logout_redirect_uri") else { return Ok(Destination::SignedOutPage) };
    // Okta: the redirect URI has to be registered for the client of the hint.
    let client = hint
        .and_then(|hint| hint.text("aud"))
        .and_then(|client_id| org.client(client_id))
        .ok_or_else(|| OAuthError::new(ErrorId::IdTokenInvalid, "the hint is about a client that has been removed"))?;
    if !registered(org, client, redirect_uri) {
        let page = urls.admin_app_page(client.client_id());
        return Err(OAuthError::with(
            ErrorId::IllegalPostLogoutRedirectUri,
            page,
            format!("`{}` is not registered", clipped(redirect_uri, 512)),
        ));
    }
    Ok(Destination::Redirect(with_state(redirect_uri, parameters.get("state"))))
}

/// Okta: exact and case-sensitive.
fn registered(org: &Org, client: &App, uri: &str) -> bool {
    let any_port = org.accepts_any_loopback_port(client);
    let known = &client.oauth().post_logout_redirect_uris;
    known.iter().any(|known| known == uri || (any_port && matches_any_port(known, uri)))
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.to_owned() };
    let separator = if uri.contains('?') { '&' } else { '?' };
    let encoded = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    format!("{uri}{separator}{encoded}")
}
