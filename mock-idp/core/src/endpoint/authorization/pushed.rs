//! Pushed authorization requests. RFC 9126; Okta: `/v1/par`.
//!
//! An authenticated client sends its request here and gets a `request_uri` for it, which is all that the browser sends.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::error::AuthorizationError;
use super::request_uri::{PREFIX, check_outer};
use crate::ledger::PushedRequest;
use crate::model::App;
use crate::moment::Moment;
use crate::org::CompiledServer;
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Parameters of client authentication, which are not part of the request. RFC 9126 2.1.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The authorization request in a pushed body.
///
/// # Errors
/// It contains a `request_uri`, or names another client.
pub fn pushed_parameters(client: &App, body: &Parameters) -> Result<Parameters, OAuthError> {
    // RFC 9126 2.1 step 2: request_uri must not be there.
    if body.get("request_uri").is_some() {
        return Err(OAuthError::new(ErrorId::PushedAuthorizationRequestUriPresent, "request_uri in a pushed request"));
    }
    let client_id = client.client_id();
    // RFC 9126 2.1: client_id identifies the client that pushes.
    if let Some(other) = body.get("client_id").filter(|other| *other != client_id) {
        let reason = format!("{client_id} is authenticated, client_id is `{other}`");
        return Err(OAuthError::new(ErrorId::InvalidTokenEndpointAuthMethod, reason));
    }
    let request = body.iter().filter(|(name, _)| !CREDENTIALS.contains(name));
    let added = body.get("client_id").is_none().then_some(("client_id", client_id));
    Ok(request.chain(added).collect())
}

/// The request, bound to the key that the client has proved possession of.
///
/// # Errors
/// `dpop_jkt` names another key.
pub fn bind_to_key(parameters: Parameters, proved: Option<&str>) -> Result<Parameters, OAuthError> {
    // RFC 9449 10.1: a proof has the same effect as `dpop_jkt`.
    match (proved, parameters.get("dpop_jkt")) {
        (Some(proved), Some(named)) if proved != named => {
            Err(OAuthError::new(ErrorId::InvalidDpopProof, "dpop_jkt is not the key of the proof"))
        }
        (Some(proved), None) => Ok(parameters.iter().chain([("dpop_jkt", proved)]).collect()),
        _ => Ok(parameters),
    }
}

/// A new name. Okta: base64url of 43 random characters, a colon and the identity provider, if one is requested.
#[must_use]
pub fn request_uri(moment: &mut Moment<'_>) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(format!("{}:", moment.token())))
}

/// Whether the pushed request may be used for this request. RFC 9126 4: only the pushed parameters count from here on.
///
/// # Errors
/// It was pushed by another client or to another server, or there is a `request` parameter as well. The redirect URI is unknown
/// then.
pub fn check_pushed_request(
    server: &CompiledServer,
    parameters: &Parameters,
    pushed: &PushedRequest,
) -> Result<(), AuthorizationError> {
    let client_id = parameters.get("client_id");
    let shown =
        |error| AuthorizationError::Shown { error, client_id: client_id.map(str::to_owned), redirect_uri: None };
    check_outer(parameters).map_err(shown)?;
    let (id, reason) = if client_id != Some(pushed.client_id.as_str()) {
        let reason = format!("pushed by {}, client_id is {client_id:?}", pushed.client_id);
        (ErrorId::AuthorizeRequestUriMismatchedClient, reason)
    } else if pushed.server != server.id {
        (ErrorId::AuthorizeRequestUriMismatchedAuthorizationServer, format!("pushed to server {}", pushed.server))
    } else {
        return Ok(());
    };
    Err(shown(OAuthError::new(id, reason)))
}
