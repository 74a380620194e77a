//! Where errors of an authorization request go: the client and its redirect URI.

use super::error::AuthorizationError;
use crate::ledger::RedirectTarget;
use crate::model::{App, ApplicationType, WildcardRedirect, matches_any_port, matches_wildcard};
use crate::org::{Org, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters, ResponseMode, ResponseType};
use crate::text::clipped;

/// Longest part of a redirect URI that a reason shows, in characters.
const MAX_SHOWN: usize = 512;

/// The client and the redirect URI are given once.
pub(super) fn check_unambiguous(parameters: &Parameters) -> Result<(), OAuthError> {
    let twice = parameters.duplicates();
    if twice.iter().any(|name| matches!(*name, "client_id" | "redirect_uri")) {
        return Err(OAuthError::with(ErrorId::IllegalDuplicatedParameters, twice.join(", "), "duplicate parameters"));
    }
    Ok(())
}

/// The client of a request. Okta: the same error for unknown and inactive clients.
pub(super) fn client<'a>(org: &'a Org, client_id: Option<&str>) -> Result<&'a App, OAuthError> {
    let client_id = client_id.ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, "client_id is missing"))?;
    let client = org
        .client(client_id)
        .filter(|client| client.status.is_active())
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, org.why_no_client(client_id)))?;
    if client.oauth().application_type == ApplicationType::Service {
        return Err(OAuthError::with(ErrorId::InvalidClientApplicationType, "authorize", "a service app has no users"));
    }
    Ok(client)
}

/// RFC 9700 2.1: exact comparison. Okta: byte for byte, with one wildcard label where the app allows it.
pub(super) fn redirect_uri(org: &Org, client: &App, received: Option<&str>, urls: &Urls) -> Result<String, OAuthError> {
    let unregistered =
        |reason: String| OAuthError::with(ErrorId::IllegalRedirectUri, urls.admin_app_page(client.client_id()), reason);
    let received = received.ok_or_else(|| unregistered("redirect_uri is missing".to_owned()))?;
    let wildcard = client.oauth().wildcard_redirect == WildcardRedirect::Subdomain;
    let any_port = org.accepts_any_loopback_port(client);
    let registered = client.oauth().redirect_uris.iter().any(|uri| {
        uri == received
            || (wildcard && matches_wildcard(uri, received))
            || (any_port && matches_any_port(uri, received))
    });
    if registered {
        Ok(received.to_owned())
    } else {
        Err(unregistered(format!("`{}` is not registered", clipped(received, MAX_SHOWN))))
    }
}

/// The target of all further errors. A response mode that cannot be used is replaced by the default of the response type.
pub(super) fn target(client: &App, redirect_uri: String, parameters: &Parameters) -> RedirectTarget {
    let response_type = parameters.get("response_type").and_then(ResponseType::parse).unwrap_or_default();
    let requested = parameters.get("response_mode").and_then(ResponseMode::named);
    let state = parameters.get("state").map(str::to_owned);
    let target = RedirectTarget { redirect_uri, mode: response_type.default_mode(), state };
    match requested.filter(|mode| mode_error(client, &target, *mode, response_type, parameters).is_none()) {
        Some(mode) => RedirectTarget { mode, ..target },
        None => target,
    }
}

/// Why a response mode cannot be used for this request, if it cannot.
pub(super) fn mode_error(
    client: &App,
    target: &RedirectTarget,
    mode: ResponseMode,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Option<ErrorId> {
    let proves_key =
        client.oauth().application_type == ApplicationType::Browser && parameters.get("code_challenge").is_some();
    match mode {
        ResponseMode::Query if response_type.front_channel_token() => Some(ErrorId::QueryWithTokens),
        // Okta: its own browser library receives codes this way; other clients get an error of the catalogue.
        ResponseMode::OktaPostMessage if response_type.code && !response_type.front_channel_token() && !proves_key => {
            Some(ErrorId::PostMessageWithCode)
        }
        // A message has to be addressed to an origin, which a private-use scheme does not have.
        ResponseMode::OktaPostMessage if target.origin() == "null" => Some(ErrorId::UnsupportedResponseMode),
        _ => None,
    }
}

/// An error that occurs before all parameters are known. It is redirected if the known ones contain a registered redirect URI.
#[must_use]
pub fn early_error(org: &Org, urls: &Urls, parameters: &Parameters, error: OAuthError) -> AuthorizationError {
    let checked = check_unambiguous(parameters)
        .and_then(|()| client(org, parameters.get("client_id")))
        .and_then(|client| Ok((client, redirect_uri(org, client, parameters.get("redirect_uri"), urls)?)));
    match checked {
        Ok((client, redirect_uri)) => AuthorizationError::Redirected {
            error,
            target: target(client, redirect_uri, parameters),
            client_id: client.client_id().to_owned(),
        },
        Err(_) => AuthorizationError::Shown {
            error,
            client_id: parameters.get("client_id").map(str::to_owned),
            redirect_uri: None,
        },
    }
}
