//! The steps of a sign-in in progress: what users do on its pages.

use std::sync::Arc;

use crate::pages::view::{ActivationStep, Frame, SignInProblemKind};
use mock_idp_core::endpoint::authorization;
use mock_idp_core::ledger::{
    Activation, Authentication, CurrentUser, IssuedCredential, PolledRequest, Purpose, SignedIn, Stage, Transaction,
    UserDecision,
};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{ErrorId, OAuthError, Scopes};
use mock_idp_core::sign_in::{self, Advance, Input};
use mock_idp_core::trace::NoteStatus;

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination};
use super::{
    Context, OrgInstance, authorization_response, consents, failed_sign_ins, issued_tokens, sessions, sign_in_flow,
};
use crate::journal::Explained;

/// What a user did on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignInStep<'a> {
    Enter {
        input: Input<'a>,
        remember: bool,
    },
    Consent {
        allowed: bool,
        /// The optional scopes that the user has selected.
        selected: &'a Scopes,
    },
    /// Back to the first step.
    Restart,
}

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

    /// Takes one step of the transaction with this handle.
    pub(crate) async fn respond(
        self,
        handle: &str,
        step: SignInStep<'_>,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        let mut request = BrowserRequest::new(self.instance, cookies, frame);
        let result = self.destination(handle, step, &mut request).await;
        request.respond(result)
    }

    async fn destination(
        self,
        handle: &str,
        step: SignInStep<'_>,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let ledger = self.instance.ledger.at(self.instance.clock.now());
        let found = ledger.transactions().get(handle).await?;
        let context = found
            .as_ref()
            .and_then(|transaction| Context::at_server(self.instance, self.urls, transaction.purpose.server()));
        let (Some(transaction), Some(context)) = (found, context) else {
            let reason = "there is no sign-in in progress with this state handle";
            return Err(OAuthError::new(ErrorId::RequestExpired, reason));
        };
        let context = &context;
        request.explanation.client = Some(transaction.purpose.client_id().to_owned());
        if request.cookies.id.as_deref() != Some(transaction.browser.as_str()) {
            // Either cookies are blocked, or the page was opened in one browser and submitted from another.
            let reason = "the request came without the browser cookie of this sign-in";
            let problem = Some(sign_in::problem(SignInProblemKind::CookiesBlocked, reason));
            return sign_in_flow::ask_to_sign_in(context, transaction.purpose, Stage::Identify, problem, request).await;
        }
        request.remember = transaction.remember;
        match step {
            SignInStep::Restart => {
                sign_in_flow::ask_to_sign_in(context, transaction.purpose, Stage::Identify, None, request).await
            }
            SignInStep::Enter { input, remember } => {
                request.remember |= remember;
                enter(context, handle, transaction, input, request).await
            }
            SignInStep::Consent { allowed, selected } => {
                context.ledger().transactions().take(handle).await?;
                consent(context, transaction, allowed, selected, request).await
            }
        }
    }
}

async fn enter(
    context: &Context,
    handle: &str,
    transaction: Transaction,
    input: Input<'_>,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    // Each page can be submitted once.
    if context.ledger().transactions().take(handle).await?.is_none() {
        return Err(OAuthError::new(ErrorId::RequestExpired, "this page has been submitted before"));
    }
    let advance = failed_sign_ins::advance(context, &transaction.stage, input, &mut request.trace).await?;
    match advance {
        Advance::Ask { stage, problem } => {
            sign_in_flow::ask_to_sign_in(context, transaction.purpose, stage, problem, request).await
        }
        Advance::SignedIn { user_id, amr } => {
            let proof = SignedIn { user_id, auth_time: context.now, amr };
            let authentication = sessions::begin(context, proof, request).await?;
            sign_in_flow::proceed(context, transaction.purpose, Some(CurrentUser::SignedIn(authentication)), request)
                .await
        }
    }
}

async fn consent(
    context: &Context,
    transaction: Transaction,
    allowed: bool,
    selected: &Scopes,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let Stage::Consent { user } = transaction.stage else {
        return sign_in_flow::ask_to_sign_in(context, transaction.purpose, Stage::Identify, None, request).await;
    };
    let wanted = match transaction.purpose {
        Purpose::Authorize(wanted) => *wanted,
        Purpose::Activate(activation) => {
            return decide_activation(context, activation, user.into_authentication(), allowed, request).await;
        }
    };
    if !allowed {
        let error = OAuthError::new(ErrorId::AccessDenied, "the user did not allow it");
        return Ok(authorization_response::fail(context, &wanted.target, &error, request));
    }
    let (server, client_id, user_id) = (&wanted.server, &wanted.client_id, &user.authentication().user_id);
    let earlier = consents::find(context, server, client_id, user_id).await?;
    let scopes = authorization::consented_scopes(&context.org, &context.server, &wanted, &earlier, selected);
    let mut batch = context.ledger().batch();
    consents::add(context, &mut batch, server, client_id, user_id, &scopes);
    batch.commit().await?;
    let purpose = Purpose::Authorize(Box::new(wanted.with_consent(scopes)));
    sign_in_flow::proceed(context, purpose, Some(user), request).await
}

/// Records the user's decision on a device. It counts once, and only while the device waits for it.
async fn decide_activation(
    context: &Context,
    activation: Activation,
    authentication: Authentication,
    allowed: bool,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let Activation { server, client_id, scopes, device_code, .. } = activation;
    let user_id = authentication.user_id.clone();
    let decision = if allowed { UserDecision::Allowed(authentication) } else { UserDecision::Denied };
    let decide = |record: &mut PolledRequest| record.decide(decision.clone(), context.now);
    if context.ledger().devices().update(&device_code, decide).await? != Some(true) {
        let reason = Some("the device does not wait for an answer any more".to_owned());
        return Ok(sign_in_flow::ask_for_user_code(request, String::new(), reason));
    }
    let status = if allowed { NoteStatus::Matched } else { NoteStatus::Refused };
    request.trace.note(status, "device", format!("the user's decision on {client_id}"));
    if allowed {
        let mut batch = context.ledger().batch();
        consents::add(context, &mut batch, &server, &client_id, &user_id, &scopes);
        issued_tokens::record(context, &mut batch, &user_id, vec![IssuedCredential::Device(device_code)]);
        batch.commit().await?;
    }
    let client_label = context.org.client(&client_id).map_or(client_id, |client| client.label.clone());
    Ok(sign_in_flow::activation_page(request, ActivationStep::Done { client_label, allowed }))
}
