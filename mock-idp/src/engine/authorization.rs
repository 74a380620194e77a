//! The authorization endpoint and the sign-in it may lead to. One dispatcher: every step comes back to [`Context::proceed`].

use std::sync::Arc;

use crate::pages::view::{
    self, ErrorView, FormPostView, Frame, PageView, PostMessageView, RedirectUriMismatch, SignInProblem,
    SignInProblemKind,
};
use mock_idp_core::endpoint::authorization::{self, AuthorizationError, AuthorizationResponse, IssuedResponse, Step};
use mock_idp_core::ledger::{
    Authentication, Authorization, AuthorizationRequest, Consent, Holding, Participant, Purpose, Session, SignedIn,
    Stage, Transaction,
};
use mock_idp_core::model::App;
use mock_idp_core::org::Urls;
use mock_idp_core::policy;
use mock_idp_core::protocol::{ErrorId, OAuthError, Parameters, ResponseMode, Scopes};
use mock_idp_core::sign_in::{self, Advance, Input};
use mock_idp_core::trace::{NoteStatus, Trace};

use super::{Context, Explained, OrgInstance};
use crate::journal::Explanation;

/// What a browser says about itself: the values of our cookies.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    pub session: Option<String>,
    /// Ties sign-ins under way to the browser that began them.
    pub id: Option<String>,
}

/// What a browser gets.
#[derive(Debug)]
pub enum Outcome {
    /// To the client, or on to the next page.
    Redirect {
        location: String,
        cookies: Browser,
    },
    Page {
        view: Box<PageView>,
        cookies: Browser,
        remember: bool,
    },
}

/// What a user did on a page.
#[derive(Clone, Copy, Debug)]
pub enum SignInStep<'a> {
    Give {
        input: Input<'a>,
        remember: bool,
    },
    Consent {
        allowed: bool,
        opted: &'a Scopes,
    },
    /// Back to the first step.
    Restart,
}

/// How long a sign-in may take, in seconds. Okta: a transaction lives at most an hour.
const TRANSACTION_LIFETIME: i64 = 3600;
/// Consents are kept until they are revoked.
const CONSENT_LIFETIME: i64 = 10 * 365 * 24 * 3600;

/// What comes with a request from page to page.
pub(super) struct Passage {
    pub(super) frame: Frame,
    browser_id: String,
    /// Cookies to be set.
    cookies: Browser,
    remember: bool,
    pub(super) trace: Trace,
    pub(super) explanation: Explanation,
}

impl Passage {
    pub(super) fn page(self, view: PageView) -> Explained<Outcome> {
        let Self { cookies, remember, trace, mut explanation, .. } = self;
        explanation.notes = trace.notes;
        Explained { result: Outcome::Page { view: Box::new(view), cookies, remember }, explanation }
    }

    fn answer(self, answer: AuthorizationResponse) -> Explained<Outcome> {
        match answer.location() {
            Some(location) => {
                let Self { cookies, trace, mut explanation, .. } = self;
                explanation.notes = trace.notes;
                Explained { result: Outcome::Redirect { location, cookies }, explanation }
            }
            None if answer.target.mode() == ResponseMode::OktaPostMessage => {
                let AuthorizationResponse { target, fields } = answer;
                let view = PostMessageView { frame: self.frame.clone(), target_origin: target.origin(), fields };
                self.page(PageView::PostMessage(view))
            }
            None => {
                let action = answer.target.redirect_uri().to_owned();
                let fields = answer.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let view = PageView::FormPost(FormPostView { frame: self.frame.clone(), action, fields });
                self.page(view)
            }
        }
    }

    pub(super) fn refuse(&mut self, refusal: &OAuthError) {
        self.trace.note(NoteStatus::Refused, refusal.id.row().id, refusal.reason.as_str());
        self.explanation.reason = Some(refusal.to_string());
    }
}

impl Context {
    /// Begins an authorization request.
    pub async fn authorize(&self, parameters: &Parameters, browser: Browser, frame: Frame) -> Explained<Outcome> {
        let mut passage = self.instance.passage(browser.id, frame);
        match self.begin(parameters, &mut passage.trace).await {
            Err(AuthorizationError::Shown { error: refusal, client_id, redirect_uri }) => {
                passage.explanation.client = client_id;
                self.show(refusal, redirect_uri, passage)
            }
            Err(AuthorizationError::Redirected { error: refusal, target, client_id }) => {
                passage.explanation.client = Some(client_id);
                passage.refuse(&refusal);
                self.answer(passage, authorization::error_response(&target, &refusal))
            }
            Ok((request, brought)) => {
                let session = browser.session.as_deref();
                match self.authentication_of(&request, brought, session, &mut passage).await {
                    Ok(authentication) => {
                        self.proceed(Purpose::Authorize(Box::new(request)), authentication, passage).await
                    }
                    Err(refusal) => {
                        passage.explanation.client = Some(request.client_id);
                        passage.refuse(&refusal);
                        self.answer(passage, authorization::error_response(&request.target, &refusal))
                    }
                }
            }
        }
    }

    /// Answers a client in the issuer's name.
    fn answer(&self, passage: Passage, answer: AuthorizationResponse) -> Explained<Outcome> {
        passage.answer(answer.with_issuer(&self.server, &self.urls))
    }

    /// The one dispatcher: what comes next, whatever came before.
    pub(super) async fn proceed(
        &self,
        purpose: Purpose,
        authentication: Option<Authentication>,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        passage.explanation.client = Some(purpose.client_id().to_owned());
        let user = authentication.as_ref().and_then(|known| self.org.user(&known.user_id));
        passage.explanation.user = user.map(|user| user.profile.login.clone());
        match purpose {
            Purpose::Authorize(request) => self.proceed_authorization(*request, authentication, passage).await,
            Purpose::Activate(activation) => self.proceed_activation(activation, authentication, passage).await,
        }
    }

    async fn proceed_authorization(
        &self,
        request: AuthorizationRequest,
        authentication: Option<Authentication>,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        let consent = match &authentication {
            Some(known) => self.consent(&request.server, &request.client_id, &known.user_id).await,
            None => Consent::default(),
        };
        let step = self.instance.ask(&mut passage.trace, |moment| {
            authorization::decide(&self.org, &self.server, &request, authentication.as_ref(), &consent, moment)
        });
        match (step, authentication) {
            (Step::SignIn, _) | (Step::Consent(_), None) => {
                let purpose = Purpose::Authorize(Box::new(request));
                self.ask_to_sign_in(purpose, Stage::Identify, None, passage).await
            }
            (Step::Consent(scopes), Some(authentication)) => {
                let stage = Stage::Consent { authentication: authentication.clone() };
                let purpose = Purpose::Authorize(Box::new(request.clone()));
                let handle = self.keep(purpose, stage, &mut passage).await;
                let frame = passage.frame.clone();
                let user_id = &authentication.user_id;
                let view = view::consent_page(&self.org, &self.server, &request, user_id, &scopes, &handle, frame);
                passage.page(PageView::Consent(view))
            }
            (Step::Respond(authorization), _) => self.respond(request, *authorization, passage).await,
            (Step::Fail(refusal), _) => {
                passage.refuse(&refusal);
                self.answer(passage, authorization::error_response(&request.target, &refusal))
            }
        }
    }

    async fn respond(
        &self,
        request: AuthorizationRequest,
        authorization: Authorization,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        let authentication = authorization.authentication.clone();
        match self.response(&request, authorization, &mut passage.trace).await {
            Ok(response) => {
                if let Some(Authentication { session_id, user_id, .. }) = authentication {
                    self.remember_participant(&session_id, &request.client_id).await;
                    let access_token = response.access_token_id.iter().cloned().map(Holding::AccessToken);
                    let code = response.code.iter().map(|(code, _)| Holding::Code(code.clone()));
                    self.instance.hold(&user_id, access_token.chain(code).collect()).await;
                }
                if let Some(jti) = &response.access_token_id {
                    self.remember_claims(jti, response.claims).await;
                }
                if let Some((code, record)) = response.code {
                    let now = self.instance.clock.now();
                    let ends = now + mock_idp_core::ledger::Code::LIFETIME;
                    self.instance.ledger.codes.put(&code, record, ends, now).await;
                }
                self.answer(passage, response.response)
            }
            Err(refusal) => {
                passage.refuse(&refusal);
                self.answer(passage, authorization::error_response(&request.target, &refusal))
            }
        }
    }

    async fn response(
        &self,
        request: &AuthorizationRequest,
        authorization: Authorization,
        trace: &mut Trace,
    ) -> Result<IssuedResponse, OAuthError> {
        let Self { instance, org, server, urls } = self;
        let held = instance.keys(server).await?;
        let mut prepared =
            instance.ask(trace, |moment| authorization::prepare(org, server, urls, request, authorization, moment))?;
        instance.fetch_recipients(&mut prepared.tokens).await?;
        let faults = instance.faults.take_token_faults(&request.client_id, prepared.tokens.kinds());
        prepared.issue(request, &held.keys, &faults)
    }

    /// Keeps in mind that a client was signed in to, if it wants to hear of the session's end.
    async fn remember_participant(&self, session_id: &str, client_id: &str) {
        if !self.org.client(client_id).is_some_and(App::hears_of_sign_out) {
            return;
        }
        let new = Participant { client_id: client_id.to_owned(), server: self.server.id.clone() };
        let participants = &self.instance.ledger.participants;
        let now = self.instance.clock.now();
        participants.put_if_absent(session_id, Vec::new(), now + Session::LONGEST, now).await;
        let add = |known: &mut Vec<Participant>| {
            if !known.contains(&new) {
                known.push(new.clone());
            }
        };
        participants.update(session_id, now, add).await;
    }

    pub(super) async fn ask_to_sign_in(
        &self,
        purpose: Purpose,
        stage: Stage,
        problem: Option<SignInProblem>,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        if let Some(problem) = &problem {
            passage.trace.note(NoteStatus::Refused, "sign-in", problem.reason.as_str());
            passage.explanation.reason = Some(problem.reason.clone());
        }
        let handle = self.keep(purpose.clone(), stage.clone(), &mut passage).await;
        let frame = passage.frame.clone();
        let view = view::sign_in_page(&self.org, &self.server, &purpose, &stage, problem, &handle, frame);
        passage.page(PageView::SignIn(view))
    }

    /// Keeps the sign-in under a fresh handle: each page is good for one answer.
    pub(super) async fn keep(&self, purpose: Purpose, stage: Stage, passage: &mut Passage) -> String {
        let now = self.instance.clock.now();
        let handle = self.instance.ask(&mut passage.trace, |moment| format!("02.id.{}", moment.token()));
        let (browser, remember) = (passage.browser_id.clone(), passage.remember);
        let transaction = Transaction { purpose, stage, browser, remember };
        self.instance.ledger.transactions.put(&handle, transaction, now + TRANSACTION_LIFETIME, now).await;
        handle
    }

    async fn consent(&self, server: &str, client_id: &str, user_id: &str) -> Consent {
        let key = Consent::key(server, client_id, user_id);
        self.instance.ledger.consents.get(&key, self.instance.clock.now()).await.unwrap_or_default()
    }

    /// Remembers that the user has allowed these scopes too.
    pub(super) async fn remember_consent(&self, server: &str, client_id: &str, user_id: &str, scopes: &Scopes) {
        let now = self.instance.clock.now();
        let earlier = self.consent(server, client_id, user_id).await;
        let consent = Consent { scopes: earlier.scopes.iter().chain(scopes.iter()).collect() };
        let key = Consent::key(server, client_id, user_id);
        self.instance.ledger.consents.put(&key, consent, now + CONSENT_LIFETIME, now).await;
    }

    /// Shows an error that must not be redirected.
    pub(super) fn show(
        &self,
        refusal: OAuthError,
        redirect_uri: Option<String>,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        passage.refuse(&refusal);
        let client = passage.explanation.client.as_deref().and_then(|id| self.org.client(id));
        let mismatch = client
            .filter(|_| refusal.id == ErrorId::IllegalRedirectUri)
            .map(|client| view::redirect_uri_help(client, redirect_uri.as_deref().unwrap_or_default()));
        let view = error_view(&refusal, mismatch, passage.frame.clone());
        passage.page(PageView::Error(view))
    }
}

/// The page of an error that is shown.
pub(super) fn error_view(refusal: &OAuthError, redirect_uris: Option<RedirectUriMismatch>, frame: Frame) -> ErrorView {
    ErrorView {
        frame,
        // Okta: whatever the catalogue says of bodies, pages of the authorization endpoint are 400; but for one.
        status: match refusal.id {
            ErrorId::AuthorizeRequestUriMismatchedClient => refusal.status(),
            _ => 400,
        },
        code: refusal.error().to_owned(),
        description: refusal.description(),
        reason: refusal.reason.clone(),
        redirect_uris,
    }
}

impl OrgInstance {
    /// Takes a step of a sign-in under way.
    pub async fn sign_in(
        self: &Arc<Self>,
        urls: Urls,
        handle: &str,
        step: SignInStep<'_>,
        browser: Browser,
        frame: Frame,
    ) -> Explained<Outcome> {
        let mut passage = self.passage(browser.id.clone(), frame);
        let now = self.clock.now();
        let org = self.org();
        let found = self.ledger.transactions.get(handle, now).await;
        let call =
            found.as_ref().and_then(|transaction| org.server_by_id(transaction.purpose.server())).map(|server| {
                Context { instance: Arc::clone(self), org: Arc::clone(&org), server: Arc::clone(server), urls }
            });
        let (Some(transaction), Some(call)) = (found, call) else {
            let refusal = OAuthError::new(ErrorId::RequestExpired, "no sign-in is under way under this state handle");
            passage.refuse(&refusal);
            let view = error_view(&refusal, None, passage.frame.clone());
            return passage.page(PageView::Error(view));
        };
        passage.explanation.client = Some(transaction.purpose.client_id().to_owned());
        if browser.id.as_deref() != Some(transaction.browser.as_str()) {
            // Either cookies are blocked, or the page was opened in one browser and sent from another.
            let reason = "the browser cookie of this sign-in did not come back";
            let problem = sign_in::problem(SignInProblemKind::CookiesBlocked, reason);
            return call.ask_to_sign_in(transaction.purpose, Stage::Identify, Some(problem), passage).await;
        }
        passage.remember = transaction.remember;
        match step {
            SignInStep::Restart => call.ask_to_sign_in(transaction.purpose, Stage::Identify, None, passage).await,
            SignInStep::Give { input, remember } => {
                passage.remember |= remember;
                call.give(handle, transaction, input, browser, passage).await
            }
            SignInStep::Consent { allowed, opted } => {
                self.ledger.transactions.take(handle, now).await;
                call.agree(transaction, allowed, opted, passage).await
            }
        }
    }

    /// Who the browser's session says the user is.
    pub(super) async fn authentication(&self, session_id: Option<&str>) -> Option<Authentication> {
        let session_id = session_id?;
        let now = self.clock.now();
        let use_it = |session: &mut Session| session.use_at(now).then(|| session.authentication(session_id, false));
        self.ledger.sessions.update(session_id, now, use_it).await?
    }

    pub(super) fn passage(&self, browser_id: Option<String>, frame: Frame) -> Passage {
        let mut trace = Trace::default();
        let known = browser_id.is_some();
        let browser_id = browser_id.unwrap_or_else(|| self.ask(&mut trace, |moment| moment.token()));
        let cookies = Browser { session: None, id: (!known).then(|| browser_id.clone()) };
        Passage { frame, browser_id, cookies, remember: false, trace, explanation: Explanation::default() }
    }
}

impl Context {
    async fn give(
        &self,
        handle: &str,
        transaction: Transaction,
        input: Input<'_>,
        browser: Browser,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let advance = self
            .instance
            .ask(&mut passage.trace, |moment| sign_in::advance(&self.org, &transaction.stage, input, moment));
        // Each page is answered once; a second submit of it finds nothing.
        if ledger.transactions.take(handle, now).await.is_none() {
            let refusal = OAuthError::new(ErrorId::RequestExpired, "this page has been sent before");
            return self.show(refusal, None, passage);
        }
        match advance {
            Advance::Ask { stage, problem } => self.ask_to_sign_in(transaction.purpose, stage, problem, passage).await,
            Advance::SignedIn { user_id, amr } => {
                let proof = SignedIn { user_id, auth_time: now, amr };
                let authentication = self.begin_session(proof, browser.session.as_deref(), &mut passage).await;
                self.proceed(transaction.purpose, Some(authentication), passage).await
            }
        }
    }

    /// Gives the browser a session, in the place of the one it had.
    pub(super) async fn begin_session(
        &self,
        proof: SignedIn,
        earlier: Option<&str>,
        passage: &mut Passage,
    ) -> Authentication {
        let sessions = &self.instance.ledger.sessions;
        let now = self.instance.clock.now();
        // A new id at each sign-in: nobody can have planted it.
        let session_id = self.instance.ask(&mut passage.trace, |moment| format!("idx{}", moment.token()));
        let limits = self.instance.ask(&mut passage.trace, |moment| {
            self.org
                .user(&proof.user_id)
                .map(|user| policy::session::limits(&self.org, user, moment))
                .unwrap_or_default()
        });
        let session = Session::new(proof, limits, now);
        sessions.put(&session_id, session.clone(), session.ends(), now).await;
        self.instance.hold(&session.user_id, vec![Holding::Session(session_id.clone())]).await;
        if let Some(earlier) = earlier {
            sessions.take(earlier, now).await;
        }
        passage.cookies.session = Some(session_id.clone());
        session.authentication(&session_id, true)
    }

    async fn agree(
        &self,
        transaction: Transaction,
        allowed: bool,
        opted: &Scopes,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        let Stage::Consent { authentication } = transaction.stage else {
            return self.ask_to_sign_in(transaction.purpose, Stage::Identify, None, passage).await;
        };
        let mut request = match transaction.purpose {
            Purpose::Authorize(request) => *request,
            Purpose::Activate(activation) => {
                return self.settle_activation(activation, authentication, allowed, passage).await;
            }
        };
        if !allowed {
            let refusal = OAuthError::new(ErrorId::AccessDenied, "the user did not allow it");
            passage.refuse(&refusal);
            return self.answer(passage, authorization::error_response(&request.target, &refusal));
        }
        let earlier = self.consent(&request.server, &request.client_id, &authentication.user_id).await;
        request.scopes = authorization::consented_scopes(&self.org, &self.server, &request, &earlier, opted);
        request.prompt_consent = false;
        self.remember_consent(&request.server, &request.client_id, &authentication.user_id, &request.scopes).await;
        self.proceed(Purpose::Authorize(Box::new(request)), Some(authentication), passage).await
    }
}
