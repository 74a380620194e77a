//! Reading authorization requests: from their own parameters, from a request object, or from what the client has pushed before.

use mock_idp_core::endpoint::authorization::{self, AuthorizationError};
use mock_idp_core::ledger::AuthorizationRequest;
use mock_idp_core::protocol::{ErrorId, OAuthError, Parameters};
use mock_idp_core::trace::{NoteStatus, Trace};

use super::browser::BrowserRequest;
use super::{Context, request_object, token_lookup};

/// A token that proves an earlier sign-in, and comes with an authorization request.
#[derive(Clone, Debug)]
pub(super) enum SignInToken {
    None,
    /// Okta: a program got it for a name and a password.
    Session(String),
    /// Okta: another app got it for its own tokens.
    Interclient(String),
}

/// Reads and checks an authorization request.
pub(super) async fn read(
    context: &Context,
    parameters: &Parameters,
    request: &mut BrowserRequest,
) -> Result<(AuthorizationRequest, SignInToken), AuthorizationError> {
    let Context { org, server, urls, .. } = context;
    let pushed = redeem_pushed(context, parameters, request).await?;
    let trace = &mut request.trace;
    if pushed.is_some() {
        trace.note(NoteStatus::Matched, "pushed request", "what the client has pushed counts, and nothing else");
    }
    let name = parameters.get("request_uri").filter(|_| pushed.is_some()).map(str::to_owned);
    // FAPI 2 Security Profile 5.3.2.2. An unknown request_uri is refused below.
    if server.behavior.requires_pushed_requests() && parameters.get("request_uri").is_none() {
        let error = OAuthError::new(ErrorId::InvalidRequestUri, "the request has not been pushed");
        return Err(authorization::early_error(org, urls, parameters, error));
    }
    let fetched = if pushed.is_none() { request_object::fetch(context, parameters, trace).await? } else { None };
    let parameters = pushed.as_ref().or(fetched.as_ref()).unwrap_or(parameters);
    // That of a pushed request has been opened when it was pushed.
    let mut used = context.ledger().batch();
    let opened =
        if pushed.is_some() { None } else { request_object::open(context, parameters, &mut used, trace).await? };
    request.write(used);
    let trace = &mut request.trace;
    let parameters = opened.as_ref().unwrap_or(parameters);
    note_resource(parameters, trace);
    let hinted_user = hinted_user(context, parameters).await.map_err(shown)?;
    let mut wanted = authorization::begin(org, server, urls, parameters, hinted_user)?;
    wanted.pushed_as = name.filter(|_| server.behavior.requires_pushed_requests());
    let token = |name: &str| parameters.get(name).map(str::to_owned);
    let sign_in_token = match (token("interclient_token"), token("sessionToken")) {
        (Some(token), _) => SignInToken::Interclient(token),
        (None, Some(token)) => SignInToken::Session(token),
        (None, None) => SignInToken::None,
    };
    Ok((wanted, sign_in_token))
}

/// RFC 8707 2. Okta: `resource` selects nothing; the audience is a setting of the authorization server.
pub(super) fn note_resource(parameters: &Parameters, trace: &mut Trace) {
    if let Some(resource) = parameters.get("resource") {
        let because = format!("`{resource}` is ignored: the tokens are for the audience of the authorization server");
        trace.note(NoteStatus::PassedOver, "resource", because);
    }
}

/// What the client has pushed under the request's `request_uri`, which is removed when the request ends. FAPI 2 Security Profile 5.3.2.2 note 3: it stays
/// until the user has signed in.
async fn redeem_pushed(
    context: &Context,
    parameters: &Parameters,
    request: &mut BrowserRequest,
) -> Result<Option<Parameters>, AuthorizationError> {
    let pushed = context.ledger().pushed_requests();
    let Some(name) = parameters.get("request_uri") else { return Ok(None) };
    let found = pushed.get(name).await.map_err(|error| shown(error.into()))?;
    let Some(found) = found else { return Ok(None) };
    authorization::check_pushed_request(&context.server, parameters, &found)?;
    if context.server.behavior.requires_pushed_requests() {
        return Ok(Some(found.parameters));
    }
    let mut batch = context.ledger().batch();
    // If another request is faster, this one is decided again: then the name is unknown.
    batch.require(pushed, name, |_| true);
    batch.delete(pushed, name);
    request.write(batch);
    Ok(Some(found.parameters))
}

/// The user of the request's `id_token_hint`. OIDC Core 3.1.2.1; Okta: ignored. A hint that is not ours is ignored too.
async fn hinted_user(context: &Context, parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let hint = parameters.get("id_token_hint").filter(|_| context.server.behavior.checks_id_token_hint());
    if hint.is_none() {
        return Ok(None);
    }
    let claims = token_lookup::own_id_token(context, hint).await?;
    Ok(claims.and_then(|claims| claims.text("sub").map(str::to_owned)))
}

/// An error of the issuer's own is shown, not redirected.
fn shown(error: OAuthError) -> AuthorizationError {
    AuthorizationError::Shown { error, client_id: None, redirect_uri: None }
}
