//! Calls of token inline hooks, before the tokens of an answer are signed.

use mock_idp_core::ledger::Session;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::system_log::{EventEntity, EventType, LogEvent};
use mock_idp_core::tokens::UnsignedTokens;
use mock_idp_core::tokens::hook::{CallingRequest, HookAnswer, TokenHookCall, client_assertion};
use mock_idp_core::trace::{HookResult, Trace};

use super::Context;
use crate::current_request::CurrentRequest;
use crate::outbound::{HookReply, HookRequest};

/// The tokens with the changes of the hook that has to be called for them, if there is one.
///
/// # Errors
/// The hook answers with an error, or the ledger's store is unavailable.
pub(super) async fn apply(
    context: &Context,
    mut tokens: UnsignedTokens,
    trace: &mut Trace,
) -> Result<UnsignedTokens, OAuthError> {
    let Some(call) = tokens.hook.take() else { return Ok(tokens) };
    let request = context.request.clone().unwrap_or_default();
    let reply = request.hook_reply.get_or_try_init(|| send(context, &request, &call, &tokens, trace)).await?;
    let answer = match reply {
        Ok(HookReply { status, body }) => Ok(HookAnswer { status: status.as_u16(), body }),
        Err(error) => Err(error.clone()),
    };
    let hook = EventEntity::new("InlineHook", &call.hook_id, &call.name);
    let event = |kind: EventType, failure: Option<String>| {
        let event = LogEvent::new(kind).on(hook.clone());
        failure.into_iter().fold(event, LogEvent::failed)
    };
    let unsuccessful = match &answer {
        Ok(answer) if answer.status == 200 => None,
        Ok(answer) => Some(format!("status {}", answer.status)),
        Err(reason) => Some(reason.clone()),
    };
    let was_processed = unsuccessful.is_none();
    let mut events = vec![event(EventType::InlineHookExecuted, unsuccessful)];
    let finished = call.finish(answer, &mut tokens, trace);
    if was_processed {
        let failure = match &finished {
            Ok(HookResult::Applied) => None,
            Ok(HookResult::Unchanged(reason) | HookResult::Error(reason)) => Some(reason.clone()),
            Err(error) => Some(error.description()),
        };
        events.push(event(EventType::InlineHookProcessed, failure));
    }
    context.log(events);
    finished.map(|_| tokens)
}

/// Calls a hook.
async fn send(
    context: &Context,
    request: &CurrentRequest,
    call: &TokenHookCall,
    tokens: &UnsignedTokens,
    trace: &mut Trace,
) -> Result<Result<HookReply, String>, OAuthError> {
    let session = match &call.session_id {
        Some(id) => context.ledger().sessions().get(id).await?,
        None => None,
    };
    let session = session.filter(|session: &Session| session.is_active_at(context.now));
    let ip_address = request.address.to_string();
    let request = CallingRequest { id: request.id.as_str(), ip_address: &ip_address };
    let payload = context.decide(trace, |moment| call.payload(tokens, session.as_ref(), request, moment));
    let assertion = context.decide(trace, |moment| client_assertion(&call.channel, moment));
    let client_assertion = assertion.as_deref();
    let request = HookRequest { channel: &call.channel, client_assertion, headers: &[], body: Some(&payload) };
    // Okta: token inline hooks are not called again after a failure.
    Ok(context.instance.hooks.call(request).await.map_err(|error| error.to_string()))
}
