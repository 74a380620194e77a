//! Browsers come back from external identity providers, and their sign-ins go on.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, header};
use mock_idp_core::endpoint::{authorization, idx as idx_rules};
use mock_idp_core::ledger::{ProviderVisit, Purpose, Stage, Transaction};
use mock_idp_core::org::Urls;
use mock_idp_core::policy::routing;
use mock_idp_core::protocol::jose::JwkSet;
use mock_idp_core::protocol::{ErrorId, OAuthError, Parameters};
use mock_idp_core::sign_in::provider::{
    ProviderAnswerError, ProviderUser, authorization_code, token_request, verify_id_token, with_userinfo,
};
use mock_idp_core::sign_in::{SignInAnswer, SignInProblem, SignInProblemKind};
use mock_idp_core::trace::NoteStatus;
use serde_json::{Map, Value};

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::sign_in_step::{NextHandle, StepResult};
use super::{Context, OrgInstance, authorization_response, idx, provider_visits, sign_in, sign_in_flow, sign_in_step};
use crate::journal::Explained;
use crate::ledger::{Batch, Version, Versioned};
use crate::pages::view::Frame;

/// The endpoints of sign-ins at external identity providers.
#[derive(Clone, Debug)]
pub(crate) struct ProviderEndpoint<'o> {
    instance: &'o Arc<OrgInstance>,
    urls: Urls,
}

impl<'o> ProviderEndpoint<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>, urls: Urls) -> Self {
        Self { instance, urls }
    }

    /// Sends the browser to a provider.
    pub(crate) async fn go(
        self,
        provider: &str,
        handle: &str,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| provider_visits::leave(
            self.instance,
            &self.urls,
            provider,
            handle,
            request
        ))
    }

    /// Goes on when the browser comes back with the answer of a provider.
    pub(crate) async fn respond(
        self,
        parameters: &Parameters,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        let mut version = None;
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| self.destination(
            parameters,
            &mut version,
            request
        ))
    }

    /// `first_version`: that of the transaction when the answer was first decided on.
    async fn destination(
        &self,
        parameters: &Parameters,
        first_version: &mut Option<Version>,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let visit = self.visit(parameters.get("state").unwrap_or_default(), request).await?;
        let handle = visit.transaction.as_str();
        let (context, found) = provider_visits::find(self.instance, &self.urls, handle, request).await?;
        let Versioned { value: transaction, version } = &found;
        request.explanation.client = transaction.purpose.client_id().map(str::to_owned);
        request.remember = transaction.remember;
        if transaction.submitted {
            // What followed from the step could not be stored.
            request.page = Some(handle.to_owned());
            return go_on(&context, found.value, request).await;
        }
        let first_version = *first_version.get_or_insert(*version);
        let user = match self.user(&context, &visit, parameters).await {
            Ok(user) => user,
            Err(ProviderAnswerError(reason)) => {
                let problem = SignInProblem::new(SignInProblemKind::ProviderFailed, reason);
                // Not over what another request has stored in the meantime.
                if matches!(transaction.purpose, Purpose::Interact(_)) && *version == first_version {
                    request.write(failure(&context, handle, transaction.clone(), *version));
                }
                return fail(&context, found.value.purpose, problem, request).await;
            }
        };
        request.trace.note(
            NoteStatus::Matched,
            "identity provider",
            format!("it has authenticated {}", user.external_id),
        );
        // The org may have changed while the provider was asked.
        let latest = context.on_latest_snapshot();
        let context = latest.as_ref().unwrap_or(&context);
        let is_embedded = matches!(transaction.purpose, Purpose::Interact(_));
        let next = if is_embedded { NextHandle::NewAfterProvider(idx_rules::expires) } else { NextHandle::New };
        let answer = SignInAnswer::AtProvider(&user);
        let step = sign_in_step::take_page(context, (handle, found), answer, false, next, request).await?;
        match step {
            Some(StepResult::Taken(transaction)) => {
                // The step may have created or changed the user.
                let latest = context.on_latest_snapshot();
                go_on(latest.as_ref().unwrap_or(context), transaction, request).await
            }
            Some(StepResult::Rejected(transaction, problem)) => {
                fail(context, transaction.purpose, problem, request).await
            }
            Some(StepResult::DeviceGone) | None => {
                Err(OAuthError::new(ErrorId::RequestExpired, "this sign-in has been finished before"))
            }
        }
    }

    /// What is known of the request that the answer is for. It is used up when this request ends.
    async fn visit(&self, state: &str, request: &mut BrowserRequest) -> Result<ProviderVisit, OAuthError> {
        let expired = |reason: &str| OAuthError::new(ErrorId::RequestExpired, reason);
        let ledger = self.instance.ledger.at(request.now);
        let visits = ledger.provider_visits();
        let unknown = || expired("no request to an identity provider has this `state`, or it has been answered before");
        let visit = visits.get(state).await?.ok_or_else(unknown)?;
        if request.cookies.id.as_deref() != Some(visit.browser.as_str()) {
            return Err(expired("the request came without the browser cookie of this sign-in"));
        }
        let mut batch = ledger.batch();
        // If another request is faster, this one is decided again: then the `state` is unknown.
        batch.require(visits, state, |_| true);
        batch.delete(visits, state);
        request.write(batch);
        Ok(visit)
    }

    /// The user whom the provider has authenticated. It is asked once for a code.
    async fn user(
        &self,
        context: &Context,
        visit: &ProviderVisit,
        parameters: &Parameters,
    ) -> Result<ProviderUser, ProviderAnswerError> {
        let code = authorization_code(parameters)?;
        let state = parameters.get("state").unwrap_or_default();
        let answer = self.instance.provider_answers.of(state, code, context.now);
        answer.get_or_init(|| self.ask(context, visit, code)).await.clone()
    }

    /// Redeems a code at the provider.
    async fn ask(
        &self,
        context: &Context,
        visit: &ProviderVisit,
        code: &str,
    ) -> Result<ProviderUser, ProviderAnswerError> {
        let gone = || ProviderAnswerError("the identity provider has been removed or deactivated".to_owned());
        let provider = routing::provider(&context.org, &visit.provider).ok_or_else(gone)?;
        let (form, authorization) = token_request(provider, visit, code);
        let endpoint = |name: &str| provider.endpoint(name).unwrap_or_default();
        let mut request = Request::post(endpoint("token"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, form.len());
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let tokens = self.json(endpoint("token"), request, Body::from(form)).await?;
        let text = |name: &str| tokens.get(name).and_then(Value::as_str);
        let id_token =
            text("id_token").ok_or_else(|| ProviderAnswerError("the token endpoint sent no `id_token`".to_owned()))?;
        let keys = self.json(endpoint("jwks"), Request::get(endpoint("jwks")), Body::empty()).await?;
        let keys = JwkSet::read(Value::Object(keys).to_string().as_bytes())
            .map_err(|error| ProviderAnswerError(format!("the keys cannot be read: {error}")))?;
        // The token may have been issued in a later second than this request began.
        let now = self.instance.clock.now();
        let user = verify_id_token(provider, visit, id_token, &keys, now)?;
        match (provider.endpoint("userInfo"), text("access_token")) {
            (Some(uri), Some(token)) => {
                let request = Request::get(uri).header(header::AUTHORIZATION, format!("Bearer {token}"));
                with_userinfo(user, self.json(uri, request, Body::empty()).await?)
            }
            _ => Ok(user),
        }
    }

    /// Sends a request to the provider. The answer has to be the JSON object of a success.
    async fn json(
        &self,
        uri: &str,
        request: http::request::Builder,
        body: Body,
    ) -> Result<Map<String, Value>, ProviderAnswerError> {
        let failed = |because: String| ProviderAnswerError(format!("{uri}: {because}"));
        let request = request.header(header::ACCEPT, "application/json").body(body);
        let request = request.map_err(|error| failed(error.to_string()))?;
        let reply = self.instance.hooks.send(uri, request).await.map_err(|error| failed(error.to_string()))?;
        let answer: Option<Map<String, Value>> = serde_json::from_slice(&reply.body).ok();
        if !reply.status.is_success() {
            let error = answer.as_ref().and_then(|answer| answer.get("error")?.as_str()).unwrap_or("no `error`");
            return Err(failed(format!("status {}: {error}", reply.status.as_u16())));
        }
        answer.ok_or_else(|| failed("the answer is not a JSON object".to_owned()))
    }
}

/// What follows from the stage of a transaction after its step.
async fn go_on(
    context: &Context,
    transaction: Transaction,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    match transaction.purpose {
        Purpose::Interact(_) => idx::return_from_provider(context, transaction, request).await,
        _ => sign_in::go_on_after_page(context, transaction, request).await,
    }
}

/// The failure at the provider of a transaction whose client asks the user itself, unless another request has continued it.
fn failure<'c>(context: &'c Context, handle: &str, mut transaction: Transaction, version: Version) -> Batch<'c> {
    transaction.stage = Stage::ProviderFailed;
    transaction.expires = idx_rules::expires(&transaction, context.now);
    let (transactions, expires) = (context.ledger().transactions(), transaction.expires);
    let mut batch = context.ledger().batch();
    batch.require_version(transactions, handle, version);
    batch.put(transactions, handle, transaction, expires);
    batch
}

/// Goes on without the user. Okta: a client that has named the provider gets the error; otherwise the sign-in page has it.
async fn fail(
    context: &Context,
    purpose: Purpose,
    problem: SignInProblem,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    match &purpose {
        Purpose::Authorize(wanted) if wanted.idp.is_some() => {
            let error = OAuthError::new(ErrorId::AccessDenied, problem.reason);
            Ok(authorization_response::fail(context, &wanted.target, &error, request))
        }
        Purpose::Interact(interaction) => {
            let error = OAuthError::new(ErrorId::InteractionRequired, problem.reason);
            request.note_error(&error);
            Ok(request.deliver(authorization::error_response(&interaction.request.target, &error)))
        }
        _ => sign_in_flow::ask_to_sign_in(context, purpose, Stage::Identify, Some(problem), request).await,
    }
}

#[cfg(test)]
mod tests {
    use mock_idp_core::ledger::LedgerError;

    use super::*;

    #[tokio::test]
    async fn a_failure_is_not_stored_over_what_another_request_has_stored_meanwhile() {
        let context = super::super::tests::context();
        let transactions = context.ledger().transactions();
        let purpose = Purpose::Home { server: context.server.id.clone(), target: None };
        let expires = context.now + 60;
        let (stage, browser, remember, submitted) = (Stage::Identify, None, false, false);
        let transaction = Transaction { purpose, stage, browser, remember, submitted, expires };
        transactions.put("handle", transaction.clone(), expires).await.unwrap();
        let earlier = transactions.get_versioned("handle").await.unwrap().unwrap().version;
        let challenge = Stage::Challenge { identifier: "buyer".to_owned() };
        transactions.update("handle", |stored| stored.stage = challenge.clone()).await.unwrap();
        let stored = failure(&context, "handle", transaction.clone(), earlier).commit().await;
        assert_eq!(stored, Err(LedgerError::Conflict { table: "transactions" }));
        let Versioned { value, version } = transactions.get_versioned("handle").await.unwrap().unwrap();
        assert!(matches!(value.stage, Stage::Challenge { .. }), "{value:?}");
        failure(&context, "handle", transaction, version).commit().await.unwrap();
        let stored = transactions.get("handle").await.unwrap().unwrap();
        assert!(matches!(stored.stage, Stage::ProviderFailed), "{stored:?}");
    }
}
