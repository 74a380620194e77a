//! Names of pushed authorization requests. RFC 9126, RFC 9101 5.

use crate::org::CompiledServer;
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Okta: every `request_uri` begins with it.
pub(super) const PREFIX: &str = "urn:okta:";

/// There is no `request_uri`: the caller has replaced that of a pushed request by its parameters.
pub(super) fn check_no_request_uri(server: &CompiledServer, parameters: &Parameters) -> Result<(), OAuthError> {
    if let Some(name) = parameters.get("request_uri") {
        // OIDC Core 3.1.2.6: a URL to be fetched. RFC 9126 4: the name of a pushed request.
        let elsewhere = server.behavior.rejects_request_uri_as_unsupported() && !name.starts_with(PREFIX);
        let id = if elsewhere { ErrorId::RequestUriNotSupported } else { ErrorId::InvalidRequestUri };
        return Err(OAuthError::new(id, "no request was pushed under this request_uri"));
    }
    Ok(())
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
