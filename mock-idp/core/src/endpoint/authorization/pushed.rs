//! Pushed authorization requests. RFC 9126; Okta: `/v1/par`.
//!
//! A client leaves its request here, after authentication, and gets a name for it. The browser then carries the name only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::NotBegun;
use super::request_object::outer;
use crate::ledger::PushedRequest;
use crate::model::App;
use crate::moment::Moment;
use crate::org::CompiledServer;
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// What belongs to the client's authentication and not to the request. RFC 9126 2.1.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// How a name begins. Okta: `urn:okta:`.
pub(super) const PREFIX: &str = "urn:okta:";

/// The authorization request in a pushed form.
///
/// # Errors
/// It names a request pushed before, or another client.
pub fn pushed_parameters(client: &App, body: &Parameters) -> Result<Parameters, OAuthError> {
    // RFC 9126 2.1 step 2: request_uri must not be there.
    if body.get("request_uri").is_some() {
        return Err(OAuthError::new(ErrorId::PushedAuthorizationRequestUriPresent, "request_uri in a pushed request"));
    }
    let client_id = client.client_id();
    // RFC 9126 2.1: client_id identifies the client that pushes.
    if let Some(other) = body.get("client_id").filter(|other| *other != client_id) {
        let reason = format!("{client_id} has authenticated, client_id is `{other}`");
        return Err(OAuthError::new(ErrorId::InvalidTokenEndpointAuthMethod, reason));
    }
    let request = body.iter().filter(|(name, _)| !CREDENTIALS.contains(name));
    let added = body.get("client_id").is_none().then_some(("client_id", client_id));
    Ok(request.chain(added).collect())
}

/// The request, once it is open, bound to the key that the client has proved with it: its thumbprint.
///
/// # Errors
/// It names another key.
pub fn bound_to(parameters: Parameters, proved: Option<&str>) -> Result<Parameters, OAuthError> {
    // RFC 9449 10.1: a proof beside the request says what `dpop_jkt` says.
    match (proved, parameters.get("dpop_jkt")) {
        (Some(proved), Some(named)) if proved != named => {
            Err(OAuthError::new(ErrorId::InvalidDpopProof, "dpop_jkt is not the key of the proof"))
        }
        (Some(proved), None) => Ok(parameters.iter().chain([("dpop_jkt", proved)]).collect()),
        _ => Ok(parameters),
    }
}

/// A fresh name. Okta: base64url of 43 random characters, a colon and the identity provider, if one is asked for.
#[must_use]
pub fn request_uri(moment: &mut Moment<'_>) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(format!("{}:", moment.token())))
}

/// Whether a request may go on with what was pushed. RFC 9126 4: from here on nothing counts but what was pushed.
///
/// # Errors
/// It was pushed by another client or to another server, or the request says more than one thing; nothing is known then of
/// where to redirect to.
pub fn may_redeem(server: &CompiledServer, parameters: &Parameters, pushed: &PushedRequest) -> Result<(), NotBegun> {
    let client_id = parameters.get("client_id");
    let shown = |refusal| NotBegun::Shown { refusal, client_id: client_id.map(str::to_owned), redirect_uri: None };
    outer(parameters).map_err(shown)?;
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
