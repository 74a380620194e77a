//! Sign-out by the client. OIDC RP-Initiated Logout 1.0; Okta: `/v1/logout`.

mod farewell;

pub use farewell::{Farewell, Notice, farewell};

use crate::model::App;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters};
use crate::tokens::Verified;

/// Where the browser goes once the session is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Destination {
    Redirect(String),
    /// No return address: the org's own page.
    SignedOutPage,
}

/// Checks a sign-out request. `hint` is the verified ID token (an expired one is accepted), `signed_in` the session's user.
///
/// # Errors
/// Errors are shown, never redirected.
pub fn check(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    parameters: &Parameters,
    hint: Option<&Verified>,
    signed_in: Option<&str>,
) -> Result<Destination, OAuthError> {
    let twice = parameters.duplicates();
    if !twice.is_empty() {
        return Err(OAuthError::with(ErrorId::IllegalDuplicatedParameters, twice.join(", "), "duplicate parameters"));
    }
    if parameters.get("id_token_hint").is_some() && hint.is_none() {
        return Err(OAuthError::new(ErrorId::IdTokenInvalid, "id_token_hint was not issued by this server"));
    }
    if let (Some(hint), Some(user)) = (hint, signed_in)
        && hint.text("sub") != Some(user)
    {
        return Err(OAuthError::new(
            ErrorId::IdTokenDoesNotMatchSession,
            "the hint is about another user than the session",
        ));
    }
    if hint.is_none() {
        // RP-Initiated Logout 2, 3: without a hint there is no telling whose address it is, so it is not followed.
        return if server.behavior.signs_out_without_hint() {
            Ok(Destination::SignedOutPage)
        } else {
            // Okta: the hint is required.
            Err(OAuthError::new(ErrorId::IdTokenInvalid, "id_token_hint is missing"))
        };
    }
    // RP-Initiated Logout 2: the client named beside the hint is the one that it was issued to.
    if let (Some(named), Some(hint)) = (parameters.get("client_id"), hint)
        && hint.text("aud") != Some(named)
    {
        let reason = format!("client_id is `{named}`, the hint was issued to {:?}", hint.text("aud"));
        return Err(OAuthError::new(ErrorId::IdTokenInvalid, reason));
    }
    let Some(wanted) = parameters.get("post_logout_redirect_uri") else { return Ok(Destination::SignedOutPage) };
    // Okta: the return address is checked against the client of the hint.
    let client = hint
        .and_then(|hint| hint.text("aud"))
        .and_then(|client_id| org.client(client_id))
        .ok_or_else(|| OAuthError::new(ErrorId::IdTokenInvalid, "the hint is about a client that has been removed"))?;
    if !registered(client, wanted) {
        let page = urls.admin_app_page(client.client_id());
        return Err(OAuthError::with(
            ErrorId::IllegalPostLogoutRedirectUri,
            page,
            format!("`{wanted}` is not registered"),
        ));
    }
    Ok(Destination::Redirect(with_state(wanted, parameters.get("state"))))
}

/// Okta: exact and case-sensitive.
fn registered(client: &App, uri: &str) -> bool {
    client.oauth().post_logout_redirect_uris.iter().any(|known| known == uri)
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.to_owned() };
    let separator = if uri.contains('?') { '&' } else { '?' };
    let encoded = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    format!("{uri}{separator}{encoded}")
}
