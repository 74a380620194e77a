//! The authorization endpoint. RFC 6749 4.1.1, OIDC Core 3.1.2; Okta: `/v1/authorize`.
//!
//! [`begin`] checks a request; [`decide`] returns the next step, and is called again after every step of the sign-in;
//! [`prepare()`] decides the contents of the answer, and [`PreparedResponse::with_tokens`] adds the issued tokens.

mod checks;
mod decision;
mod enrollment;
mod error;
pub mod events;
mod interaction;
mod interclient;
mod pushed;
mod redirect;
mod request_object;
mod request_uri;
mod respond;

pub use decision::{Step, decide};
pub use error::AuthorizationError;
pub use interaction::begin_interaction;
pub use interclient::{check_interclient_token, redeem_interclient_token, unknown_interclient_token};
pub use pushed::{bind_to_key, check_pushed_request, pushed_parameters, request_uri};
pub use redirect::early_error;
pub use request_object::{RequestObject, VerifiedRequestObject, check_unsigned, request_object};
pub use request_uri::{object_url, with_fetched_object};
pub use respond::{
    AuthorizationResponse, IssuedResponse, PreparedResponse, code_record, error_response, prepare, unsigned_tokens,
};

use crate::ledger::AuthorizationRequest;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{OAuthError, Parameters};

/// Checks an authorization request. `hinted_user` is the user that a valid `id_token_hint` is about.
///
/// # Errors
/// Okta's errors, with where they go: they are shown until client and redirect URI are checked, and redirected afterwards.
pub fn begin(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    parameters: &Parameters,
    hinted_user: Option<String>,
) -> Result<AuthorizationRequest, AuthorizationError> {
    let client_id = parameters.get("client_id");
    let shown = |error: OAuthError| AuthorizationError::Shown {
        error,
        client_id: client_id.map(str::to_owned),
        redirect_uri: parameters.get("redirect_uri").map(str::to_owned),
    };
    redirect::check_unambiguous(parameters).map_err(shown)?;
    let client = redirect::client(org, client_id).map_err(shown)?;
    // RFC 9126 4: the redirect URI of a pushed request is not outside.
    if parameters.get("redirect_uri").is_none() {
        request_uri::check_no_request_uri(server, parameters).map_err(shown)?;
    }
    let redirect_uri = redirect::redirect_uri(org, client, parameters.get("redirect_uri"), urls).map_err(shown)?;
    // Errors are redirected from here on. Okta: only an invalid redirect URI prevents that.
    let target = redirect::target(client, redirect_uri, parameters);
    let redirected = |error: OAuthError| AuthorizationError::Redirected {
        error,
        target: target.clone(),
        client_id: client.client_id().to_owned(),
    };
    checks::request(org, server, client, &target, parameters, hinted_user).map_err(redirected)
}
