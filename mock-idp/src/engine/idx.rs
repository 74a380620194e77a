//! The IDX API: the steps of a sign-in as JSON documents. Okta: `/idp/idx/…`, for its sign-in widget and its embedded SDKs.

use std::sync::Arc;

use crate::pages::view::Frame;
use mock_idp_core::endpoint::authorization::{self, AuthorizationResponse, Step};
use mock_idp_core::endpoint::idx::{self, ChosenAuthenticator, IdxError, IdxTransaction};
use mock_idp_core::ledger::{
    Authorization, Code, CurrentUser, IssuedCredential, LedgerError, Purpose, PushNotifications, Stage, StateHandle,
    Transaction,
};
use mock_idp_core::management::ApiError;
use mock_idp_core::model::AuthMethod;
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::{self, RecoveryOption, RegistrationOption, Remediation, SignInAnswer, SignInFacts};
use mock_idp_core::trace::NoteStatus;
use serde_json::Value;

use super::browser::{Browser, BrowserRequest, Destination};
use super::sign_in_step::{NextHandle, StepResult};
use super::{
    Context, OrgInstance, authorization_response, consents, issued_tokens, sessions, sign_in_step, transactions,
};
use crate::journal::Explained;
use crate::ledger::Versioned;

/// What a client does in the IDX API.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IdxAction<'a> {
    /// Asks for the state of a transaction.
    Introspect(IdxHandle<'a>),
    Answer {
        state_handle: &'a str,
        answer: SignInAnswer<'a>,
        remember: bool,
    },
    /// Goes on with an authenticator.
    Choose {
        state_handle: &'a str,
        authenticator: ChosenAuthenticator<'a>,
    },
    /// Asks whether something that the user does elsewhere is done.
    Poll {
        state_handle: &'a str,
    },
    /// Begins again.
    Cancel {
        state_handle: &'a str,
    },
}

/// How a client names a transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IdxHandle<'a> {
    State(&'a str),
    Interaction(&'a str),
}

/// What a client gets.
#[derive(Debug)]
pub(crate) struct IdxResponse {
    pub(crate) status: u16,
    pub(crate) document: Value,
    /// The session that has begun.
    pub(crate) cookies: Browser,
    /// Seconds for which the cookie of the session is kept; `None`: until the browser is closed.
    pub(crate) session_age: Option<i64>,
}

/// The endpoints of the IDX API.
#[derive(Clone, Debug)]
pub(crate) struct IdxEndpoint<'o> {
    instance: &'o Arc<OrgInstance>,
    urls: Urls,
}

/// The status of an answer, and its document.
type Answered = (u16, Value);

impl<'o> IdxEndpoint<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>, urls: Urls) -> Self {
        Self { instance, urls }
    }

    /// Performs an action.
    pub(crate) async fn respond(
        self,
        action: IdxAction<'_>,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<Result<IdxResponse, ApiError>> {
        let mut request = BrowserRequest::new(self.instance, self.instance.clock.now(), cookies, frame);
        let answered = self.answer(action, &mut request).await;
        let BrowserRequest { new_session, new_state, session_age, trace, mut explanation, .. } = request;
        let cookies = Browser { session: new_session, state: new_state, id: None, request: None };
        let result = match answered {
            Ok((status, document)) => Ok(IdxResponse { status, document, cookies, session_age }),
            Err(error) => {
                explanation.reason = Some(error.to_string());
                Err(ApiError::from(error))
            }
        };
        explanation.notes = trace.notes;
        Explained { result, explanation }
    }

    async fn answer(&self, action: IdxAction<'_>, request: &mut BrowserRequest) -> Result<Answered, OAuthError> {
        let handle = match action {
            IdxAction::Introspect(IdxHandle::Interaction(handle)) => {
                let ledger = self.instance.ledger.at(request.now);
                ledger.interactions().get(handle).await?.map(|StateHandle(handle)| handle)
            }
            IdxAction::Introspect(IdxHandle::State(handle))
            | IdxAction::Answer { state_handle: handle, .. }
            | IdxAction::Choose { state_handle: handle, .. }
            | IdxAction::Poll { state_handle: handle }
            | IdxAction::Cancel { state_handle: handle } => Some(state_handle(handle).to_owned()),
        };
        let found = match &handle {
            Some(handle) => self.find(handle, request).await?,
            None => None,
        };
        let (Some(handle), Some((context, transaction))) = (handle, found) else {
            request.explanation.reason = Some("there is no sign-in in progress with this handle".to_owned());
            return Ok((IdxError::SessionExpired.status(), idx::expired()));
        };
        let call = IdxCall { context: &context, handle: &handle };
        request.explanation.client = transaction.purpose.client_id().map(str::to_owned);
        match action {
            IdxAction::Introspect(_) => call.introspect(transaction, request).await,
            IdxAction::Answer { answer, remember, .. } => {
                call.take(answer.at(&transaction.stage), remember, request).await
            }
            IdxAction::Choose { authenticator, .. } => match idx::chosen(&context.org, &transaction, authenticator) {
                Some(answer) => call.take(answer, false, request).await,
                None => {
                    request.explanation.reason = Some("the authenticator is not offered".to_owned());
                    Ok((IdxError::BadRequest.status(), idx::failed(&IdxError::BadRequest)))
                }
            },
            IdxAction::Poll { .. }
                if sign_in::push_of_step(&transaction.stage).is_some()
                    || sign_in::link_of_step(&transaction.stage).is_some() =>
            {
                call.take(SignInAnswer::Poll, false, request).await
            }
            IdxAction::Poll { .. } => call.introspect(transaction, request).await,
            IdxAction::Cancel { .. } => call.cancel(transaction, request).await,
        }
    }

    /// The transaction, if it belongs to the browser, and the server that it is at.
    async fn find(
        &self,
        handle: &str,
        request: &mut BrowserRequest,
    ) -> Result<Option<(Context, Transaction)>, LedgerError> {
        let found = transactions::find(self.instance, &self.urls, handle, request).await?;
        let Some((context, Versioned { value: transaction, .. })) = found else { return Ok(None) };
        if matches!(transaction.purpose, Purpose::Authn { .. }) {
            request.trace.note(NoteStatus::Refused, "state handle", "it is a state token of /api/v1/authn");
            return Ok(None);
        }
        if transaction.browser.is_some() && transaction.browser != request.cookies.id {
            let reason = "the request came without the browser cookie of this sign-in";
            request.trace.note(NoteStatus::Refused, "state handle", reason);
            return Ok(None);
        }
        Ok(Some((context, transaction)))
    }
}

/// Okta: what follows `~` is not part of the handle.
pub(super) fn state_handle(handle: &str) -> &str {
    handle.split('~').next().unwrap_or_default()
}

/// One action on a transaction.
#[derive(Clone, Copy, Debug)]
struct IdxCall<'a> {
    context: &'a Context,
    handle: &'a str,
}

impl<'a> IdxCall<'a> {
    async fn introspect(self, transaction: Transaction, request: &mut BrowserRequest) -> Result<Answered, OAuthError> {
        // Okta: a session that satisfies the request needs no form.
        if let (Stage::Identify, Purpose::Interact(_)) = (&transaction.stage, &transaction.purpose)
            && let Some(known) =
                sessions::authentication(&self.context.instance, request.session(), self.context.now).await?
        {
            match self.step(&transaction, &CurrentUser::HasSession(known), request).await? {
                Step::Respond(authorization) => return self.issue(&transaction, *authorization, request).await,
                Step::Prove(stage) => return self.ask(transaction, *stage, request).await,
                Step::SignInAtProvider(provider) => return self.ask_at_provider(transaction, provider, request).await,
                Step::SignIn | Step::Consent(_) | Step::Fail(_) => {}
            }
        }
        self.go_on(transaction, request).await
    }

    async fn take(
        self,
        answer: SignInAnswer<'_>,
        remember: bool,
        request: &mut BrowserRequest,
    ) -> Result<Answered, OAuthError> {
        let next = NextHandle::Same(idx::expires);
        let step =
            sign_in_step::take(self.context, (self.handle, None), answer, remember, next, &mut request.trace).await?;
        match step {
            None => {
                request.explanation.reason = Some("another request has finished this sign-in".to_owned());
                Ok((IdxError::SessionExpired.status(), idx::expired()))
            }
            Some(StepResult::Taken(transaction)) => {
                // The step may have given the user a password.
                let latest = self.context.on_latest_snapshot();
                let call = IdxCall { context: latest.as_ref().unwrap_or(self.context), ..self };
                call.go_on(transaction, request).await
            }
            Some(StepResult::Rejected(transaction, problem)) => {
                request.trace.note(NoteStatus::Refused, "sign-in", problem.reason.as_str());
                request.explanation.reason = Some(problem.reason.clone());
                let with_identifier = !matches!(answer, SignInAnswer::Passcode(_));
                let error = IdxError::of_problem(&problem, &transaction.stage, with_identifier);
                self.show(&transaction, Some(&error), request).await
            }
            Some(StepResult::DeviceGone) => {
                request.explanation.reason = Some("the device does not wait for an answer any more".to_owned());
                Ok((IdxError::SessionExpired.status(), idx::expired()))
            }
        }
    }

    /// Begins again, under a new handle. Okta: the old one is invalid then.
    async fn cancel(self, transaction: Transaction, request: &mut BrowserRequest) -> Result<Answered, OAuthError> {
        let context = self.context;
        let hosted = !matches!(transaction.purpose, Purpose::Interact(_));
        let waited = sign_in::push_of_step(&transaction.stage).map(str::to_owned);
        let handle = context.decide(&mut request.trace, |moment| idx::new_state_handle(hosted, moment));
        let mut transaction = Transaction { stage: Stage::Identify, remember: false, ..transaction };
        transaction.expires = idx::expires(&transaction, context.now);
        let ledger = context.ledger();
        let mut batch = ledger.batch();
        batch.require(ledger.transactions(), self.handle, |_| true);
        batch.delete(ledger.transactions(), self.handle);
        batch.put(ledger.transactions(), &handle, transaction.clone(), transaction.expires);
        if let Some(id) = waited {
            batch.update(ledger.pushes(), PushNotifications::KEY, move |pushes| pushes.withdraw(&id));
        }
        if let Purpose::Interact(interaction) = &transaction.purpose {
            let known = StateHandle(handle.clone());
            batch.update(ledger.interactions(), &interaction.handle, move |state| *state = known.clone());
        }
        match batch.commit().await {
            Err(LedgerError::Conflict { .. }) => Ok((IdxError::SessionExpired.status(), idx::expired())),
            other => {
                other?;
                IdxCall { context, handle: &handle }.show(&transaction, None, request).await
            }
        }
    }

    /// What follows from the stage of a transaction.
    async fn go_on(self, mut transaction: Transaction, request: &mut BrowserRequest) -> Result<Answered, OAuthError> {
        request.remember = transaction.remember;
        let finished = matches!(transaction.stage, Stage::SignedIn(_) | Stage::Decided { .. });
        if finished && !matches!(transaction.purpose, Purpose::Interact(_)) {
            // That page begins the session and sends the browser to the client.
            let base = &self.context.urls.endpoint_base;
            let href = format!("{base}/login/token/redirect?stateToken={}", self.handle);
            return Ok((200, self.of(&transaction).success_redirect(&href)));
        }
        let user = match transaction.stage.clone() {
            Stage::SignedIn(proof) => match sessions::begin(self.context, proof, request).await? {
                Some(authentication) => match request.commit(&self.context.instance).await {
                    // The session of the earlier proofs has ended.
                    Err(LedgerError::Conflict { .. }) => return self.ask(transaction, Stage::Identify, request).await,
                    committed => {
                        committed?;
                        CurrentUser::SignedIn(authentication)
                    }
                },
                None => return self.ask(transaction, Stage::Identify, request).await,
            },
            Stage::Decided { user, allowed: true } => user,
            Stage::Decided { allowed: false, .. } => return self.refuse(&transaction, request).await,
            Stage::Identify
            | Stage::ProviderFailed
            | Stage::Challenge { .. }
            | Stage::NewPassword { .. }
            | Stage::PasswordWarning(_)
            | Stage::ProfileUpdate(_)
            | Stage::KeepMeSignedIn(_)
            | Stage::Recovery(_)
            | Stage::Registration(_)
            | Stage::MoreProofs(_)
            | Stage::Consent { .. } => {
                return self.show(&transaction, None, request).await;
            }
        };
        let known = self.context.org.user(&user.authentication().user_id);
        request.explanation.user = known.map(|user| user.profile.login.clone());
        match self.step(&transaction, &user, request).await? {
            Step::Respond(authorization) => self.issue(&transaction, *authorization, request).await,
            Step::Consent(_) => self.ask(transaction, Stage::Consent { user }, request).await,
            Step::Prove(stage) => self.ask(transaction, *stage, request).await,
            Step::SignIn => self.ask(transaction, Stage::Identify, request).await,
            Step::SignInAtProvider(provider) => self.ask_at_provider(transaction, provider, request).await,
            Step::Fail(refusal) => {
                request.note_error(&refusal);
                let client_id = transaction.purpose.client_id().unwrap_or_default();
                let label = self.context.org.client(client_id).map_or(client_id, |client| client.label.as_str());
                let error = IdxError::of_refusal(&refusal, label);
                transaction.stage = Stage::Identify;
                self.store(&mut transaction).await?;
                self.show(&transaction, Some(&error), request).await
            }
        }
    }

    /// Goes on at an external identity provider.
    async fn ask_at_provider(
        self,
        mut transaction: Transaction,
        provider: String,
        request: &mut BrowserRequest,
    ) -> Result<Answered, OAuthError> {
        transaction.purpose = transaction.purpose.at_provider(provider);
        self.ask(transaction, Stage::Identify, request).await
    }

    /// Goes on with another stage.
    async fn ask(
        self,
        mut transaction: Transaction,
        stage: Stage,
        request: &mut BrowserRequest,
    ) -> Result<Answered, OAuthError> {
        transaction.stage = stage;
        self.store(&mut transaction).await?;
        self.show(&transaction, None, request).await
    }

    /// What the request needs next.
    async fn step(
        self,
        transaction: &Transaction,
        user: &CurrentUser,
        request: &mut BrowserRequest,
    ) -> Result<Step, OAuthError> {
        let Some(wanted) = transaction.purpose.request() else { return Ok(Step::SignIn) };
        let Context { org, server, .. } = self.context;
        let user_id = &user.authentication().user_id;
        let consent = consents::find(self.context, &wanted.server, &wanted.client_id, user_id).await?;
        Ok(self.context.decide(&mut request.trace, |moment| {
            authorization::decide(org, server, wanted, Some(user), &consent, moment)
        }))
    }

    /// Issues an interaction code, which ends the transaction.
    async fn issue(
        self,
        transaction: &Transaction,
        authorization: Authorization,
        request: &mut BrowserRequest,
    ) -> Result<Answered, OAuthError> {
        let context = self.context;
        let (Purpose::Interact(interaction), Some(known)) = (&transaction.purpose, &authorization.authentication)
        else {
            return Err(OAuthError::new(ErrorId::ServerError, "an interaction code without an interaction"));
        };
        let (user_id, session_id) = (known.user_id.clone(), known.session_id.clone());
        let code = context.decide(&mut request.trace, |moment| moment.token());
        let record = authorization::code_record(&interaction.request, authorization);
        let ledger = context.ledger();
        let mut batch = ledger.batch();
        batch.require(ledger.transactions(), self.handle, |_| true);
        batch.delete(ledger.transactions(), self.handle);
        batch.delete(ledger.interactions(), &interaction.handle);
        batch.put(ledger.interaction_codes(), &code, record, context.now + Code::INTERACTION_LIFETIME);
        issued_tokens::record(context, &mut batch, &user_id, vec![IssuedCredential::InteractionCode(code.clone())]);
        authorization_response::add_session_client(context, &mut batch, &session_id, &interaction.request.client_id);
        match batch.commit().await {
            // Another request has finished the transaction.
            Err(LedgerError::Conflict { .. }) => Ok((IdxError::SessionExpired.status(), idx::expired())),
            other => {
                other?;
                Ok((200, self.of(transaction).with_interaction_code(&code, &user_id, context.now)))
            }
        }
    }

    /// The user has not allowed what the client wants: the client gets the error at its redirect URI, and the transaction ends.
    async fn refuse(self, transaction: &Transaction, request: &mut BrowserRequest) -> Result<Answered, OAuthError> {
        let Some(wanted) = transaction.purpose.request() else { return self.show(transaction, None, request).await };
        let error = OAuthError::new(ErrorId::AccessDenied, "the user did not allow it");
        request.note_error(&error);
        let response = authorization::error_response(&wanted.target, &error);
        let response = response.with_issuer(&self.context.server, &self.context.urls);
        let href = response.location().unwrap_or_else(|| wanted.target.redirect_uri().to_owned());
        self.context.ledger().transactions().take(self.handle).await?;
        Ok((200, self.of(transaction).failure_redirect(&href)))
    }

    /// The document of the transaction as it is stored.
    async fn show(
        self,
        transaction: &Transaction,
        error: Option<&IdxError>,
        request: &mut BrowserRequest,
    ) -> Result<Answered, OAuthError> {
        let Context { org, server, .. } = self.context;
        let consent = sign_in_step::earlier_consent(self.context, transaction).await?;
        let facts = SignInFacts { consent, ..self.context.sign_in_facts() };
        let options = sign_in::options(org, server, transaction, &facts);
        for option in &options {
            request.trace.note(NoteStatus::Absent, "sign-in", asked_for(option));
        }
        let of_stage = IdxError::of_stage(&transaction.stage);
        let error = error.or(of_stage.as_ref());
        Ok((error.map_or(200, IdxError::status), self.of(transaction).document(&options, error)))
    }

    fn of<'t>(self, transaction: &'t Transaction) -> IdxTransaction<'t>
    where
        'a: 't,
    {
        let Context { org, server, urls, .. } = self.context;
        IdxTransaction { org, server, urls, state_handle: self.handle, transaction }
    }

    /// Stores the next stage of a transaction.
    async fn store(self, transaction: &mut Transaction) -> Result<(), LedgerError> {
        transaction.expires = idx::expires(transaction, self.context.now);
        let expires = transaction.expires;
        self.context.ledger().transactions().put(self.handle, transaction.clone(), expires).await
    }
}

/// Goes on when the user has come back from an external identity provider to a client that asks the user itself. Okta: the client gets
/// the interaction code at its redirect URI, or learns there that more is needed.
pub(super) async fn return_from_provider(
    context: &Context,
    mut transaction: Transaction,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let Purpose::Interact(interaction) = &transaction.purpose else {
        return Err(OAuthError::new(ErrorId::ServerError, "a sign-in whose client does not ask the user itself"));
    };
    let (target, interaction_handle) = (interaction.request.target.clone(), interaction.handle.clone());
    // The earlier handle may be in other hands than those of the user who has come back, and so may the interaction handle of a
    // public client, which has no server to keep it.
    let is_public = context
        .org
        .client(&interaction.request.client_id)
        .is_some_and(|client| client.auth_method() == AuthMethod::None);
    if is_public {
        transaction.browser = Some(request.browser_id.clone());
    }
    transaction.expires = idx::expires(&transaction, context.now);
    let handle = context.decide(&mut request.trace, |moment| idx::new_state_handle(false, moment));
    let ledger = context.ledger();
    let mut batch = ledger.batch();
    batch.put(ledger.transactions(), &handle, transaction.clone(), transaction.expires);
    let known = StateHandle(handle.clone());
    batch.update(ledger.interactions(), &interaction_handle, move |state| *state = known.clone());
    request.write(batch);
    transactions::use_up_page(context, request);
    request.commit_or_decide_again(&context.instance).await?;
    let (_, document) = IdxCall { context, handle: &handle }.go_on(transaction, request).await?;
    let fields = document.pointer("/successWithInteractionCode/value").and_then(Value::as_array);
    let code = fields.into_iter().flatten().find(|field| field["name"] == "interaction_code");
    let answer = match code.and_then(|field| field["value"].as_str()) {
        Some(code) => {
            let state = target.state().map(|state| ("state", state.to_owned()));
            let fields = std::iter::once(("interaction_code", code.to_owned())).chain(state).collect();
            AuthorizationResponse { target, fields }
        }
        None => {
            let reason = "the user has signed in at the identity provider, and more is needed";
            authorization::error_response(&target, &OAuthError::new(ErrorId::InteractionRequired, reason))
        }
    };
    Ok(request.deliver(answer))
}

/// What a form asks for, and why.
fn asked_for(option: &Remediation) -> String {
    match option {
        Remediation::Identify { with_password: false, .. } => "asks who signs in".to_owned(),
        Remediation::Identify { with_password: true, .. } => "asks who signs in, and for the password".to_owned(),
        Remediation::Password { identifier } => {
            format!("asks for the password of {identifier}: a sign-in needs one factor")
        }
        Remediation::Verify { unsent, .. } if !unsent.is_empty() => "offers to send a code".to_owned(),
        Remediation::Wait { .. } => "waits for the answer to a push notification".to_owned(),
        Remediation::UsePasskey { .. } => "asks a passkey to sign a challenge".to_owned(),
        Remediation::Verify { factor, .. } => format!("asks to verify {}", factor.factor_type.name()),
        Remediation::ChooseMethod { methods, .. } => format!("offers {} methods to prove more", methods.len()),
        Remediation::EnrollApp { app, .. } if app.push.is_some() => {
            "waits until a phone has set Okta Verify up".to_owned()
        }
        Remediation::EnrollApp { .. } => "asks where the link that sets Okta Verify up is sent to".to_owned(),
        Remediation::ChooseAppChannel { .. } => "offers other ways to set Okta Verify up".to_owned(),
        Remediation::Enroll { unsent, .. } if !unsent.is_empty() => "asks for the number of a phone".to_owned(),
        Remediation::Enroll { factor, .. } => format!("asks to enroll {}", factor.factor_type.name()),
        Remediation::ChooseEnrollment { methods, .. } => format!("offers {} methods to enroll", methods.len()),
        Remediation::Skip { .. } => "lets the user skip what is optional".to_owned(),
        Remediation::CompleteProfile { .. } => {
            "asks for attributes of the profile: the profile enrollment policy requires them".to_owned()
        }
        Remediation::KeepMeSignedIn { .. } => "asks whether to stay signed in".to_owned(),
        Remediation::NewPassword { days_left: Some(days), .. } => {
            format!("offers to choose a new password: the old one expires in {days} days")
        }
        Remediation::NewPassword { .. } => "asks for a new password: the old one has expired".to_owned(),
        Remediation::Recovery(option) => match option {
            RecoveryOption::Identify { .. } => "asks whose account it is".to_owned(),
            RecoveryOption::Code { identifier, .. } => format!("asks for the code that was sent to {identifier}"),
            RecoveryOption::Question { .. } => "asks the recovery question, as the password policy demands".to_owned(),
            RecoveryOption::Confirm { .. } => "asks for a confirmation".to_owned(),
            RecoveryOption::Password { .. } => "asks for a new password".to_owned(),
            RecoveryOption::Unlocked { .. } => "is over: the account is unlocked".to_owned(),
        },
        Remediation::Registration(RegistrationOption::Profile { .. }) => {
            "asks for the profile of a new user".to_owned()
        }
        Remediation::Registration(RegistrationOption::Password { user }) => {
            format!("asks for a password for {}", user.profile.login)
        }
        Remediation::Registration(RegistrationOption::Code { email }) => {
            format!("asks for the code that was sent to {email}: the profile enrollment policy demands it")
        }
        Remediation::SignInAtProvider { name, .. } => format!("offers to sign in at {name}: a routing rule names it"),
        Remediation::SelectIdentify => "offers to go back to signing in".to_owned(),
        Remediation::Register => "offers to register: the profile enrollment policy allows it".to_owned(),
        Remediation::ResetPassword => "offers to reset the password: a password policy allows it".to_owned(),
        Remediation::AutofillPasskey => {
            "lets the browser offer passkeys: the authenticator has enableAutofillUI".to_owned()
        }
        Remediation::Unlock => "offers to unlock the account: a password policy allows it".to_owned(),
        Remediation::Consent { scopes, .. } => {
            let names: Vec<&str> = scopes.iter().map(|scope| scope.name.as_str()).collect();
            format!("asks for consent to {}", names.join(", "))
        }
    }
}
