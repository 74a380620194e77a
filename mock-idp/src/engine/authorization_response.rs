//! The authorization response: codes and tokens, or an error, for the client.

use mock_idp_core::endpoint::authorization::{self, AuthorizationResponse, IssuedResponse};
use mock_idp_core::ledger::{
    Authorization, AuthorizationRequest, Code, IssuedCredential, RedirectTarget, Session, SessionClient,
};
use mock_idp_core::model::App;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::trace::Trace;

use super::browser::{BrowserRequest, Destination};
use super::{Context, issued_tokens, signing, token, token_hooks, transactions};
use crate::faults::IssuedTo;
use crate::ledger::Batch;

/// Issues what an authorization allows, and sends it to the client.
pub(super) async fn respond(
    context: &Context,
    wanted: AuthorizationRequest,
    authorization: Authorization,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let pushed_requests = context.ledger().pushed_requests();
    if let Some(name) = &wanted.pushed_as
        && pushed_requests.get(name).await?.is_none()
    {
        let used = OAuthError::new(ErrorId::InvalidRequestUri, "the request_uri has been used, or has expired");
        return Ok(fail(context, &wanted.target, &used, request));
    }
    let authentication = authorization.authentication.clone();
    let events = authorization::events::responded(&context.org, &context.server, &wanted, &authorization);
    let response = match create(context, &wanted, authorization, &mut request.trace).await {
        Ok(response) => response,
        Err(error) => {
            if let Some(name) = &wanted.pushed_as {
                let mut batch = context.ledger().batch();
                batch.delete(pushed_requests, name);
                request.write(batch);
            }
            return Ok(fail(context, &wanted.target, &error, request));
        }
    };
    let mut batch = context.ledger().batch();
    if let Some(name) = &wanted.pushed_as {
        batch.require(pushed_requests, name, |_| true);
        batch.delete(pushed_requests, name);
    }
    transactions::use_up_page(context, request);
    let mut answer = response.response;
    if let Some(known) = authentication {
        if context.server.behavior.manages_sessions() {
            let salt = context.decide(&mut request.trace, |moment| moment.token());
            answer = answer.with_session_state(&wanted.client_id, &known.session_id, &salt);
        }
        add_session_client(context, &mut batch, &known.session_id, &wanted.client_id);
        let access_token = response.access_token_id.iter().cloned().map(IssuedCredential::AccessToken);
        let code = response.code.iter().map(|(code, _)| IssuedCredential::Code(code.clone()));
        issued_tokens::record(context, &mut batch, &known.user_id, access_token.chain(code).collect());
    }
    if let Some(jti) = &response.access_token_id {
        token::record_requested_claims(context, &mut batch, jti, response.claims);
    }
    if let Some((code, record)) = response.code {
        batch.put(context.ledger().codes(), &code, record, context.now + Code::lifetime(context.server.behavior));
    }
    request.write(batch);
    context.log(events);
    Ok(deliver(context, answer, request))
}

/// Sends an error to the client.
pub(super) fn fail(
    context: &Context,
    target: &RedirectTarget,
    error: &OAuthError,
    request: &mut BrowserRequest,
) -> Destination {
    request.note_error(error);
    let client = request.explanation.client.as_deref().and_then(|id| context.org.client(id));
    let user = request.user_id.as_deref().and_then(|id| context.org.user(id));
    context.log([authorization::events::refused(&context.server, client, user, error)]);
    deliver(context, authorization::error_response(target, error), request)
}

fn deliver(context: &Context, answer: AuthorizationResponse, request: &BrowserRequest) -> Destination {
    request.deliver(answer.with_issuer(&context.server, &context.urls))
}

async fn create(
    context: &Context,
    wanted: &AuthorizationRequest,
    authorization: Authorization,
    trace: &mut Trace,
) -> Result<IssuedResponse, OAuthError> {
    let Context { org, server, urls, .. } = context;
    let user_id = authorization.authentication.as_ref().map(|known| known.user_id.clone());
    let mut prepared =
        context.decide(trace, |moment| authorization::prepare(org, server, urls, wanted, authorization, moment))?;
    prepared.tokens = token_hooks::apply(context, std::mem::take(&mut prepared.tokens), trace).await?;
    let to = IssuedTo { client_id: &wanted.client_id, user_id: user_id.as_deref() };
    signing::issue_response(context, prepared, wanted, to).await
}

/// Adds the client to those that get a logout notice when the session ends, if it wants one.
pub(super) fn add_session_client<'c>(context: &'c Context, batch: &mut Batch<'c>, session_id: &str, client_id: &str) {
    if !context.org.client(client_id).is_some_and(App::receives_logout_notices) {
        return;
    }
    let new = SessionClient { client_id: client_id.to_owned(), server: context.server.id.clone() };
    let (clients, expires) = (context.ledger().session_clients(), context.now + Session::LONGEST);
    batch.update_or_default(clients, session_id, expires, move |known: &mut Vec<SessionClient>| {
        if !known.contains(&new) {
            known.push(new.clone());
        }
    });
}
