//! The pages of recoveries: where they begin, and what the links in messages lead to.

use std::sync::Arc;

use mock_idp_core::ledger::{LedgerError, OneTimeToken, Purpose, Recovery, RecoveryKind, RecoveryStep, Stage};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::{self, SentRecovery, SignInProblem, SignInProblemKind};

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination};
use super::{Context, OrgInstance, sign_in_flow};
use crate::journal::Explained;
use crate::ledger::Batch;
use crate::pages::view::Frame;

/// Where recoveries begin in a browser.
#[derive(Clone, Debug)]
pub(crate) struct RecoveryPages<'o> {
    instance: &'o Arc<OrgInstance>,
    urls: Urls,
}

impl<'o> RecoveryPages<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>, urls: Urls) -> Self {
        Self { instance, urls }
    }

    /// The page that asks whose account it is. With a state handle, the user goes on with that sign-in afterwards.
    pub(crate) async fn begin(
        self,
        kind: RecoveryKind,
        handle: Option<&str>,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        let mut request = BrowserRequest::new(self.instance, cookies, frame);
        let result = self.first_page(kind, handle, &mut request).await;
        request.respond(result)
    }

    async fn first_page(
        self,
        kind: RecoveryKind,
        handle: Option<&str>,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let ledger = self.instance.ledger.at(self.instance.clock.now());
        let found = match handle {
            Some(handle) => ledger.transactions().get(handle).await?,
            None => None,
        };
        let found = found.filter(|transaction| transaction.browser == request.cookies.id);
        let found = found.filter(|transaction| transaction.browser.is_some());
        let purpose = found.map_or_else(|| self.home(), |transaction| transaction.purpose);
        let context = self.context(&purpose, request)?;
        let stage = Stage::Recovery(Recovery { kind, step: RecoveryStep::Identify });
        sign_in_flow::ask_to_sign_in(&context, purpose, stage, None, request).await
    }

    /// The page that a link in a message leads to.
    pub(crate) async fn open(self, secret: &str, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        let mut request = BrowserRequest::new(self.instance, cookies, frame);
        let result = self.linked_page(secret, &mut request).await;
        request.respond(result)
    }

    async fn linked_page(self, secret: &str, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let purpose = self.home();
        let context = self.context(&purpose, request)?;
        match find(&context, secret).await? {
            Some(recovery) => {
                let user = recovery.step.user_id().and_then(|id| context.org.user(id));
                request.explanation.user = user.map(|user| user.profile.login.clone());
                sign_in_flow::ask_to_sign_in(&context, purpose, Stage::Recovery(recovery), None, request).await
            }
            None => {
                let reason = "the link has been used, or is too old, or was never sent";
                let problem = SignInProblem::new(SignInProblemKind::LinkUsed, reason);
                sign_in_flow::ask_to_sign_in(&context, purpose, Stage::Identify, Some(problem), request).await
            }
        }
    }

    fn home(&self) -> Purpose {
        Purpose::Home { server: self.instance.org().org_server().id.clone(), target: None }
    }

    fn context(&self, purpose: &Purpose, request: &BrowserRequest) -> Result<Context, OAuthError> {
        let context = Context::at_server(self.instance, self.urls.clone(), purpose.server());
        let context = context.map(|context| context.of_request(request.cookies.request.clone()));
        context.ok_or_else(|| OAuthError::new(ErrorId::RequestExpired, "the authorization server has been removed"))
    }
}

/// What the token of a link leads to. `None`: it cannot be used, or its user has been removed.
pub(super) async fn find(context: &Context, secret: &str) -> Result<Option<Recovery>, LedgerError> {
    let key = OneTimeToken::hash(secret);
    let token = context.ledger().one_time_tokens().get(&key).await?;
    Ok(token.and_then(|token| sign_in::opened(&context.org, &key, &token)))
}

/// Adds what has to be stored of a link to a batch.
pub(super) fn store<'c>(context: &'c Context, batch: &mut Batch<'c>, sent: &SentRecovery) {
    let tokens = context.ledger().one_time_tokens();
    batch.put(tokens, &OneTimeToken::hash(&sent.secret), sent.token.clone(), sent.token.expires);
}

/// Sends the message with a link that has been stored.
pub(super) async fn send(context: &Context, sent: &SentRecovery) -> Result<(), LedgerError> {
    // The change that has caused it may have created the user.
    match sent.message(&context.instance.org(), &context.urls.issuer_base) {
        Some(message) => context.instance.send(message).await,
        None => Ok(()),
    }
}

/// Unlocks an account, if it is locked.
pub(super) async fn unlock(context: &Context, user_id: &str) -> Result<(), LedgerError> {
    let Some(user) = context.instance.org().user(user_id).cloned() else { return Ok(()) };
    context.instance.unlock(&user).await?;
    Ok(())
}
