//! The steps of a sign-in in progress: what users do on its pages.

use std::sync::Arc;

use crate::pages::view::{ActivationStep, Frame, SignInProblem, SignInProblemKind};
use mock_idp_core::ledger::{CurrentUser, Purpose, PushResult, Stage, Transaction};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::{self, SignInAnswer};
use mock_idp_core::trace::NoteStatus;

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::sign_in_step::{NextHandle, StepResult};
use super::{Context, OrgInstance, authorization_response, idx, sessions, sign_in_flow, sign_in_step, transactions};
use crate::journal::Explained;
use crate::ledger::Versioned;

/// The endpoints that the pages of a sign-in post to.
#[derive(Clone, Debug)]
pub(crate) struct SignInEndpoint<'o> {
    instance: &'o Arc<OrgInstance>,
    urls: Urls,
}

impl<'o> SignInEndpoint<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>, urls: Urls) -> Self {
        Self { instance, urls }
    }

    /// Takes one step of the transaction with this handle. `remember`: the user wants to stay signed in.
    pub(crate) async fn respond(
        self,
        handle: &str,
        answer: SignInAnswer<'_>,
        remember: bool,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| self
            .destination(handle, answer, remember, request))
    }

    async fn destination(
        &self,
        handle: &str,
        answer: SignInAnswer<'_>,
        remember: bool,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let (context, Versioned { value: transaction, version }) = self.find(handle, request).await?;
        let context = &context;
        request.explanation.client = transaction.purpose.client_id().map(str::to_owned);
        request.remember = transaction.remember;
        // The page of an error has it too.
        request.prefer_language(transaction.purpose.language());
        if let Some(problem) = foreign_browser(&transaction, request) {
            let (purpose, problem) = (transaction.purpose, Some(problem));
            return sign_in_flow::ask_to_sign_in(context, purpose, Stage::Identify, problem, request).await;
        }
        if matches!(answer, SignInAnswer::Restart) {
            // A link: the page that it is on can still be submitted.
            return sign_in_flow::ask_to_sign_in(context, transaction.purpose, Stage::Identify, None, request).await;
        }
        if transaction.submitted {
            // What followed from the step could not be stored.
            return follow(context, handle, transaction, request).await;
        }
        let found = Versioned { value: transaction, version };
        let step =
            sign_in_step::take_page(context, (handle, found), answer, remember, NextHandle::New, request).await?;
        match step {
            // Each page can be submitted once.
            None => Err(OAuthError::new(ErrorId::RequestExpired, "this page has been submitted before")),
            Some(StepResult::Taken(transaction)) => {
                // The step may have given the user a password.
                let latest = context.on_latest_snapshot();
                go_on_after_page(latest.as_ref().unwrap_or(context), transaction, request).await
            }
            Some(StepResult::Rejected(transaction, problem)) => {
                let Transaction { purpose, stage, remember, .. } = transaction;
                request.remember = remember;
                sign_in_flow::ask_to_sign_in(context, purpose, stage, Some(problem), request).await
            }
            Some(StepResult::DeviceGone) => {
                let reason = Some("the device does not wait for an answer any more".to_owned());
                Ok(sign_in_flow::ask_for_user_code(request, String::new(), reason))
            }
        }
    }

    /// Whether the transaction with this handle waits for an answer of the phone. Nothing changes.
    pub(crate) async fn waits_for_phone(
        self,
        handle: &str,
        cookies: Browser,
        frame: Frame,
    ) -> Result<bool, OAuthError> {
        let request = BrowserRequest::new(self.instance, self.instance.clock.now(), cookies, frame);
        let (context, Versioned { value: transaction, .. }) = self.find(handle, &request).await?;
        let Some(id) = sign_in::push_of_step(&transaction.stage) else { return Ok(false) };
        let sent = self.instance.push(id).await?;
        let is_own = transaction.browser == request.cookies.id;
        Ok(is_own && sent.is_some_and(|sent| sent.result(context.now) == PushResult::Waiting))
    }

    /// Begins the session of a sign-in that was performed by the IDX API, and sends the browser on.
    pub(crate) async fn finish(self, handle: &str, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| self
            .finished(idx::state_handle(handle), request))
    }

    async fn finished(&self, handle: &str, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let (context, Versioned { value: transaction, .. }) = self.find(handle, request).await?;
        let context = &context;
        request.explanation.client = transaction.purpose.client_id().map(str::to_owned);
        if let Some(problem) = foreign_browser(&transaction, request) {
            let (purpose, problem) = (transaction.purpose, Some(problem));
            return sign_in_flow::ask_to_sign_in(context, purpose, Stage::Identify, problem, request).await;
        }
        follow(context, handle, transaction, request).await
    }

    /// The transaction, and the server that it is at. One whose client asks the user itself has no pages.
    async fn find(
        &self,
        handle: &str,
        request: &BrowserRequest,
    ) -> Result<(Context, Versioned<Transaction>), OAuthError> {
        match transactions::find(self.instance, &self.urls, handle, request).await? {
            Some((context, found)) if found.value.browser.is_some() => Ok((context, found)),
            _ => {
                let reason = "there is no sign-in in progress with this state handle";
                Err(OAuthError::new(ErrorId::RequestExpired, reason))
            }
        }
    }
}

/// The problem of a request from another browser than the one that has begun the sign-in.
fn foreign_browser(transaction: &Transaction, request: &BrowserRequest) -> Option<SignInProblem> {
    // Either cookies are blocked, or the page was opened in one browser and submitted from another.
    let reason = "the request came without the browser cookie of this sign-in";
    let foreign = request.cookies.id != transaction.browser;
    foreign.then(|| SignInProblem::new(SignInProblemKind::CookiesBlocked, reason))
}

/// What follows from the stage of a transaction, which is stored with this handle and is used up by that.
async fn follow(
    context: &Context,
    handle: &str,
    transaction: Transaction,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    request.page = Some(handle.to_owned());
    go_on_after_page(context, transaction, request).await
}

/// What follows from the stage of a transaction whose page was submitted.
pub(super) async fn go_on_after_page(
    context: &Context,
    transaction: Transaction,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let destination = go_on(context, transaction, request).await?;
    transactions::use_up_page(context, request);
    Ok(destination)
}

/// What follows from the stage of a transaction.
pub(super) async fn go_on(
    context: &Context,
    transaction: Transaction,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let Transaction { purpose, stage, remember, .. } = transaction;
    request.remember = remember;
    match stage {
        Stage::Identify
        | Stage::ProviderFailed
        | Stage::Challenge { .. }
        | Stage::NewPassword { .. }
        | Stage::PasswordWarning(_)
        | Stage::ProfileUpdate(_)
        | Stage::KeepMeSignedIn(_)
        | Stage::Recovery(_)
        | Stage::Registration(_)
        | Stage::MoreProofs(_) => sign_in_flow::ask_to_sign_in(context, purpose, stage, None, request).await,
        Stage::SignedIn(proof) => {
            let begun = sessions::begin(context, proof, request).await?;
            let user = begun.map(CurrentUser::SignedIn);
            sign_in_flow::proceed(context, purpose, user, request).await
        }
        Stage::Consent { user } => sign_in_flow::proceed(context, purpose, Some(user), request).await,
        Stage::Decided { user, allowed } => decided(context, purpose, user, allowed, request).await,
    }
}

async fn decided(
    context: &Context,
    purpose: Purpose,
    user: CurrentUser,
    allowed: bool,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    if let Purpose::Activate(activation) = purpose {
        let client_id = activation.client_id;
        let status = if allowed { NoteStatus::Matched } else { NoteStatus::Refused };
        request.trace.note(status, "device", format!("the user's decision on {client_id}"));
        let client_label = context.org.client(&client_id).map_or(client_id, |client| client.label.clone());
        return Ok(sign_in_flow::activation_page(request, ActivationStep::Done { client_label, allowed }));
    }
    match purpose.request() {
        Some(wanted) if !allowed => {
            let error = OAuthError::new(ErrorId::AccessDenied, "the user did not allow it");
            Ok(authorization_response::fail(context, &wanted.target, &error, request))
        }
        _ => sign_in_flow::proceed(context, purpose, Some(user), request).await,
    }
}
