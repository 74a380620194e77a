//! The dispatcher of sign-ins: what comes next, whatever came before. Pages and steps return to it and never to one another.

use crate::pages::view::{
    self, ActivationStep, ActivationView, KeepMeSignedInView, PageView, RecoveryView, SignInProblem,
};
use mock_idp_core::endpoint::activation::{self, ActivationDecision};
use mock_idp_core::endpoint::authorization::{self, Step};
use mock_idp_core::ledger::{
    Activation, AuthorizationRequest, Consent, CurrentUser, InboxMessage, LedgerError, OneTimeToken, ProofStep,
    Purpose, Stage, Transaction,
};
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::{self, Remediation, SignInAnswer};
use mock_idp_core::trace::NoteStatus;

use super::browser::{BrowserRequest, Destination};
use super::sign_in_queue::NextSignIn;
use super::sign_in_step::StepResult;
use super::{Context, authorization_response, consents, provider_visits, sessions, sign_in_step, transactions};

/// The next step of a sign-in.
pub(super) async fn proceed(
    context: &Context,
    purpose: Purpose,
    current_user: Option<CurrentUser>,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    request.explanation.client = purpose.client_id().map(str::to_owned);
    request.prefer_language(purpose.language());
    let known = current_user.as_ref().map(CurrentUser::authentication);
    request.user_id = known.map(|known| known.user_id.clone());
    let user = known.and_then(|known| context.org.user(&known.user_id));
    request.explanation.user = user.map(|user| user.profile.login.clone());
    match purpose {
        // Boxed, like the other parts of this flow, because it is large.
        Purpose::Authorize(wanted) => Box::pin(proceed_authorization(context, *wanted, current_user, request)).await,
        Purpose::Interact(_) | Purpose::Authn { .. } => {
            let reason = "this sign-in has no pages";
            Err(OAuthError::new(ErrorId::RequestExpired, reason))
        }
        Purpose::Activate(activation) => Box::pin(proceed_activation(context, activation, current_user, request)).await,
        Purpose::Home { target, .. } if current_user.is_some() => {
            let own_page = || format!("{}/app/UserHome", request.frame.path_prefix);
            Ok(Destination::Redirect(target.unwrap_or_else(own_page)))
        }
        purpose @ Purpose::Home { .. } => ask_to_sign_in(context, purpose, Stage::Identify, None, request).await,
    }
}

async fn proceed_authorization(
    context: &Context,
    wanted: AuthorizationRequest,
    current_user: Option<CurrentUser>,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let Context { org, server, .. } = context;
    let consent = match current_user.as_ref().map(CurrentUser::authentication) {
        Some(known) => consents::find(context, &wanted.server, &wanted.client_id, &known.user_id).await?,
        None => Consent::default(),
    };
    let step = context.decide(&mut request.trace, |moment| {
        authorization::decide(org, server, &wanted, current_user.as_ref(), &consent, moment)
    });
    match (step, current_user) {
        (Step::SignIn, _) | (Step::Consent(_), None) => {
            if let Some(next) = request.take_next_sign_in(&context.instance, &wanted.client_id) {
                return sign_in_without_page(context, Purpose::Authorize(Box::new(wanted)), &next, request).await;
            }
            ask_to_sign_in(context, Purpose::Authorize(Box::new(wanted)), Stage::Identify, None, request).await
        }
        (Step::SignInAtProvider(provider), _) => {
            let purpose = Purpose::Authorize(Box::new(wanted)).at_provider(provider);
            ask_to_sign_in(context, purpose, Stage::Identify, None, request).await
        }
        (Step::Prove(stage), _) => {
            ask_to_sign_in(context, Purpose::Authorize(Box::new(wanted)), *stage, None, request).await
        }
        (Step::Consent(scopes), Some(user)) => {
            let user_id = user.authentication().user_id.clone();
            let purpose = Purpose::Authorize(Box::new(wanted.clone()));
            let transaction = transactions::new(context, purpose, Stage::Consent { user }, request);
            let handle = transactions::store(context, transaction, request);
            let frame = request.frame.clone();
            let view = view::consent_page(org, server, &wanted, &user_id, &scopes, &handle, frame);
            Ok(Destination::page(PageView::Consent(view)))
        }
        (Step::Respond(authorization), _) => {
            authorization_response::respond(context, wanted, *authorization, request).await
        }
        (Step::Fail(error), _) => Ok(authorization_response::fail(context, &wanted.target, &error, request)),
    }
}

/// Signs the user in as a click on the list of users does. A user who may not sign in sees the page with the reason.
async fn sign_in_without_page(
    context: &Context,
    purpose: Purpose,
    next: &NextSignIn,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let login = context.org.user(&next.user_id).map_or("", |user| user.profile.login.as_str());
    request.trace.note(NoteStatus::Matched, "sign-in", format!("{login} is the next in the queue of the control API"));
    let transaction = transactions::new(context, purpose, Stage::Identify, request);
    let mut step = sign_in_step::take_without_page(context, &transaction, SignInAnswer::Pick(login), request).await?;
    // What can be left out is left out: no page is shown. No step depends on what an earlier one writes.
    while let StepResult::Taken(transaction) = &step
        && let Some(answer) = left_out(&transaction.stage)
    {
        step = sign_in_step::take_without_page(context, transaction, answer, request).await?;
    }
    match step {
        StepResult::Taken(Transaction { purpose, stage: Stage::SignedIn(proof), .. }) => {
            let begun = sessions::begin(context, proof, request).await?;
            let user = begun.map(CurrentUser::SignedIn);
            // Boxed, because it leads back here.
            Box::pin(proceed(context, purpose, user, request)).await
        }
        StepResult::Rejected(Transaction { purpose, stage, .. }, problem) => {
            ask_to_sign_in(context, purpose, stage, Some(problem), request).await
        }
        StepResult::Taken(Transaction { purpose, stage, .. }) => {
            ask_to_sign_in(context, purpose, stage, None, request).await
        }
        StepResult::DeviceGone => ask_to_sign_in(context, transaction.purpose, Stage::Identify, None, request).await,
    }
}

/// The answer that goes on without what a stage offers. `None`: the stage needs an answer.
fn left_out(stage: &Stage) -> Option<SignInAnswer<'static>> {
    match stage {
        Stage::PasswordWarning(_) | Stage::KeepMeSignedIn(_) => Some(SignInAnswer::Skip),
        Stage::MoreProofs(partial) if partial.step == (ProofStep::ChooseEnrollment { optional: true }) => {
            Some(SignInAnswer::Skip)
        }
        _ => None,
    }
}

async fn proceed_activation(
    context: &Context,
    wanted: Activation,
    current_user: Option<CurrentUser>,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let Context { org, server, .. } = context;
    let known = current_user.as_ref();
    let step = context.decide(&mut request.trace, |moment| activation::decide(org, server, &wanted, known, moment));
    match (step, current_user) {
        (ActivationDecision::Confirm(scopes), Some(user)) => {
            let user_id = user.authentication().user_id.clone();
            let purpose = Purpose::Activate(wanted.clone());
            let transaction = transactions::new(context, purpose, Stage::Consent { user }, request);
            let handle = transactions::store(context, transaction, request);
            let step = view::activation_step(org, &wanted, &user_id, &scopes, &handle, &request.frame);
            Ok(activation_page(request, step))
        }
        (ActivationDecision::Prove(stage), _) => {
            ask_to_sign_in(context, Purpose::Activate(wanted), *stage, None, request).await
        }
        (ActivationDecision::Fail(error), _) => Ok(request.error_page(&error, None)),
        (ActivationDecision::SignIn | ActivationDecision::Confirm(_), _) => {
            ask_to_sign_in(context, Purpose::Activate(wanted), Stage::Identify, None, request).await
        }
    }
}

/// The sign-in page, with the problem of the last attempt.
pub(super) async fn ask_to_sign_in(
    context: &Context,
    purpose: Purpose,
    stage: Stage,
    problem: Option<SignInProblem>,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    request.prefer_language(purpose.language());
    if let Some(problem) = &problem {
        request.trace.note(NoteStatus::Refused, "sign-in", problem.reason.as_str());
        request.explanation.reason = Some(problem.reason.clone());
    }
    let transaction = transactions::new(context, purpose, stage, request);
    let handle = transactions::store(context, transaction.clone(), request);
    if let Some(routing) = sign_in::routing_of(&context.org, &transaction, &context.sign_in_facts().origin) {
        for reason in &routing.passed_over {
            request.trace.note(NoteStatus::PassedOver, "routing rule", reason.as_str());
        }
        if let Some(rule) = routing.rule.as_ref().filter(|_| !routing.providers.is_empty()) {
            let because = format!("{rule} routes to {}", routing.providers.join(", "));
            request.trace.note(NoteStatus::Matched, "routing rule", because);
        }
        // Okta: a page with one provider and nothing else goes on by itself, unless it has a message.
        let goes_on = problem.is_none() && !context.instance.is_scratch();
        if let Some(provider) = routing.only_provider().filter(|_| goes_on) {
            return provider_visits::go_out(context, provider, (&handle, &transaction), request);
        }
    }
    let sent_code = sent_code(context, &transaction).await?;
    Ok(page_of(context, (&transaction, sent_code), &handle, problem, request))
}

/// The code that a page asks for, where it was sent, is still accepted, and developers may see it.
async fn sent_code(context: &Context, transaction: &Transaction) -> Result<Option<String>, LedgerError> {
    let Stage::MoreProofs(partial) = &transaction.stage else { return Ok(None) };
    let (ProofStep::Verify { sent: Some(wanted), .. } | ProofStep::Enroll { sent: Some(wanted), .. }) = &partial.step
    else {
        return Ok(None);
    };
    if context.now >= wanted.expires || !context.org.settings().sign_in_page.picker {
        return Ok(None);
    }
    let is_own = |message: &InboxMessage| message.message.user_id.as_deref() == Some(&partial.user_id);
    let messages = context.instance.messages(is_own).await?;
    let mut codes = messages.into_iter().filter_map(|sent| sent.message.code);
    Ok(codes.find(|code| OneTimeToken::hash(code) == wanted.hash))
}

/// The page of what can be done next.
fn page_of(
    context: &Context,
    (transaction, sent_code): (&Transaction, Option<String>),
    state_handle: &str,
    problem: Option<SignInProblem>,
    request: &BrowserRequest,
) -> Destination {
    let Context { org, server, .. } = context;
    let options = sign_in::options(org, server, transaction, &context.sign_in_facts());
    let page = view::ProofPage {
        org,
        urls: &context.urls,
        now: context.now,
        state_handle,
        sent_code,
        shows_expected_answers: org.settings().sign_in_page.picker || context.instance.is_scratch(),
        frame: request.frame.clone(),
    };
    if let Some(view) = page.view(&options, problem.clone()) {
        return Destination::page(PageView::Proofs(view));
    }
    let frame = request.frame.clone();
    if let Some(view) = RecoveryView::of(org, options.first(), problem.as_ref(), state_handle, &frame) {
        return Destination::page(PageView::Recovery(view));
    }
    if let Some(Remediation::KeepMeSignedIn { user_id }) = options.first() {
        let view = KeepMeSignedInView::new(org, user_id, state_handle, frame);
        return Destination::page(PageView::KeepMeSignedIn(view));
    }
    let mut view = view::sign_in_page(org, server, transaction, &options, problem, state_handle, frame);
    if options.contains(&Remediation::AutofillPasskey) {
        let challenge = sign_in::autofill_challenge(state_handle);
        view.autofill = Some(sign_in::challenge_data(org, &context.urls, &challenge, false).to_string());
    }
    Destination::page(PageView::SignIn(view))
}

/// The page of a device's activation.
pub(super) fn activation_page(request: &BrowserRequest, step: ActivationStep) -> Destination {
    Destination::page(PageView::Activation(ActivationView { frame: request.frame.clone(), step }))
}

/// The activation page that asks for a device's code, with the reason why the last one was rejected.
pub(super) fn ask_for_user_code(
    request: &mut BrowserRequest,
    user_code: String,
    refused: Option<String>,
) -> Destination {
    if let Some(reason) = &refused {
        request.trace.note(NoteStatus::Refused, "device", reason.as_str());
        request.explanation.reason = Some(reason.clone());
    }
    let action = format!("{}/activate", request.frame.path_prefix);
    activation_page(request, ActivationStep::Code { action, user_code, refused })
}
