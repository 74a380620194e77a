//! The pages of recoveries and registrations: where they begin, and what the links in messages lead to.

use std::sync::Arc;

use mock_idp_core::ledger::{Purpose, Recovery, RecoveryKind, RecoveryStep, Registration, Stage};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::{self, SignInProblem, SignInProblemKind};

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::{Context, OrgInstance, recovery_links, sign_in_flow};
use crate::journal::Explained;
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
        let stage = Stage::Recovery(Recovery { kind, step: RecoveryStep::Identify });
        self.begin_at(stage, handle, cookies, frame).await
    }

    /// The page on which a user without an account creates one.
    pub(crate) async fn register(
        self,
        handle: Option<&str>,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        self.begin_at(Stage::Registration(Registration::Profile), handle, cookies, frame).await
    }

    async fn begin_at(
        self,
        stage: Stage,
        handle: Option<&str>,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| self.first_page(
            stage.clone(),
            handle,
            request
        ))
    }

    async fn first_page(
        &self,
        stage: Stage,
        handle: Option<&str>,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let ledger = self.instance.ledger.at(request.now);
        let found = match handle {
            Some(handle) => ledger.transactions().get(handle).await?,
            None => None,
        };
        let found = found.filter(|transaction| transaction.browser == request.cookies.id);
        let found = found.filter(|transaction| transaction.browser.is_some());
        let purpose = found.map_or_else(|| self.home(), |transaction| transaction.purpose);
        let context = self.context(&purpose, request)?;
        if let Stage::Registration(_) = stage
            && sign_in::registration_rules(&context.org, &purpose).is_none()
        {
            let reason = "the profile enrollment policy of the app does not allow registration";
            let problem = SignInProblem::new(SignInProblemKind::RegistrationUnavailable, reason);
            return sign_in_flow::ask_to_sign_in(&context, purpose, Stage::Identify, Some(problem), request).await;
        }
        sign_in_flow::ask_to_sign_in(&context, purpose, stage, None, request).await
    }

    /// The page that a link in a message leads to.
    pub(crate) async fn open(self, secret: &str, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| self
            .linked_page(secret, request))
    }

    async fn linked_page(&self, secret: &str, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let purpose = self.home();
        let context = self.context(&purpose, request)?;
        match recovery_links::find(&context, secret).await? {
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
        let context = Context::of_browser(self.instance, &self.urls, purpose.server(), request);
        context.ok_or_else(|| OAuthError::new(ErrorId::RequestExpired, "the authorization server has been removed"))
    }
}
