//! `request_uri`: names of pushed authorization requests (RFC 9126, RFC 9101 5), and URLs of request objects (OIDC Core 6.2).

use super::error::AuthorizationError;
use super::redirect::{self, early_error};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Okta: every `request_uri` begins with it.
pub(super) const PREFIX: &str = "urn:okta:";

/// There is no `request_uri`: the caller has replaced that of a pushed request by its parameters.
pub(super) fn check_no_request_uri(server: &CompiledServer, parameters: &Parameters) -> Result<(), OAuthError> {
    if let Some(name) = parameters.get("request_uri") {
        // OIDC Core 3.1.2.6: a URL, where none is fetched. RFC 9126 4: the name of a pushed request.
        let elsewhere = server.behavior.requires_pushed_requests() && !name.starts_with(PREFIX);
        let id = if elsewhere { ErrorId::RequestUriNotSupported } else { ErrorId::InvalidRequestUri };
        return Err(OAuthError::new(id, "no request was pushed under this request_uri"));
    }
    Ok(())
}

/// The URL of the request object, if the request names one that is fetched. OIDC Registration 2: clients register it.
///
/// # Errors
/// The client is unknown, or has not registered it.
pub fn object_url<'a>(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    parameters: &'a Parameters,
) -> Result<Option<&'a str>, AuthorizationError> {
    let fetches = server.behavior.fetches_request_objects() && !server.behavior.requires_pushed_requests();
    let is_url = |uri: &&str| url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let Some(uri) = parameters.get("request_uri").filter(|_| fetches).filter(is_url) else { return Ok(None) };
    let early = |error| early_error(org, urls, parameters, error);
    check_outer(parameters).map_err(early)?;
    let client = redirect::client(org, parameters.get("client_id")).map_err(early)?;
    if client.oauth().request_uris.iter().any(|registered| registered == uri) {
        return Ok(Some(uri));
    }
    let reason = "the client has not registered this request_uri";
    Err(early(OAuthError::new(ErrorId::InvalidRequestUri, reason)))
}

/// The request with the fetched request object instead of its URL.
///
/// # Errors
/// It could not be fetched. OIDC Core 3.1.2.6.
pub fn with_fetched_object(
    org: &Org,
    urls: &Urls,
    parameters: &Parameters,
    fetched: Result<String, String>,
) -> Result<Parameters, AuthorizationError> {
    let failed =
        |reason: String| early_error(org, urls, parameters, OAuthError::new(ErrorId::InvalidRequestUri, reason));
    let object = fetched.map_err(failed)?;
    let others = parameters.iter().filter(|(name, _)| *name != "request_uri");
    Ok(others.chain([("request", object.trim())]).collect())
}

/// The parameters beside a request object or a `request_uri`: once each, and not both of these.
pub(super) fn check_outer(outer: &Parameters) -> Result<(), OAuthError> {
    let repeated = outer.duplicates();
    if !repeated.is_empty() {
        return Err(OAuthError::with(
            ErrorId::IllegalDuplicatedParameters,
            repeated.join(", "),
            "duplicate parameters",
        ));
    }
    // RFC 9101 5: request and request_uri must not be used together.
    if outer.get("request").is_some() && outer.get("request_uri").is_some() {
        return Err(OAuthError::new(ErrorId::AuthorizeRequestObjectAndRequestUri, "request beside request_uri"));
    }
    Ok(())
}
