//! Recovery by a program. Okta: `/api/v1/authn/recovery/…`, `/api/v1/authn/credentials/reset_password`.

use mock_idp_core::ledger::{
    LedgerError, MessageKind, OneTimeToken, Recovery, RecoveryKind, RecoveryStep, Stage, Transaction,
};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::model::{User, UserStatus};
use mock_idp_core::moment::timestamp;
use mock_idp_core::policy::password_rules::{self, lockout};
use mock_idp_core::policy::recovery::RecoveryRights;
use mock_idp_core::sign_in::recovery_states::RecoveryState;
use mock_idp_core::sign_in::{
    self, RecoveryAnswer, SentRecovery, SignInAnswer, SignInEffect, SignInProblem, SignInProblemKind, primary,
};
use mock_idp_core::trace::Trace;
use serde_json::Value;

use super::sign_in_step::{NextHandle, StepResult};
use super::state_tokens::{self, new_session_token, wrong_state};
use super::{Context, recovery_links, sign_in_step};
use crate::journal::Explanation;
use crate::ledger::Batch;

/// What a program does in a recovery.
#[derive(Clone, Copy)]
pub(crate) enum AuthnRecovery<'a> {
    /// Wants a message to be sent to a user. A trusted program may get the token instead.
    Begin {
        kind: RecoveryKind,
        username: &'a str,
        factor: Option<&'a str>,
        trusted: bool,
        relay_state: Option<&'a str>,
    },
    /// Brings the token of a link.
    Open {
        token: &'a str,
        relay_state: Option<&'a str>,
    },
    Answer {
        state_token: &'a str,
        answer: &'a str,
    },
    Verify {
        state_token: &'a str,
        code: &'a str,
    },
    Resend {
        state_token: &'a str,
        channel: MessageKind,
    },
    ResetPassword {
        state_token: &'a str,
        password: &'a str,
    },
}

/// What follows from an action.
#[derive(Debug)]
pub(super) enum RecoveryResult {
    /// The state that the program gets.
    State(Value),
    /// The recovery is over, and the sign-in goes on: under the state token, or with the session token in its place.
    Finished { transaction: Box<Transaction>, state_token: String, session_token: String },
}

/// Recoveries in the authentication API of an org.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthnRecoveries<'c>(&'c Context);

impl<'c> AuthnRecoveries<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Performs an action.
    pub(super) async fn perform(
        self,
        action: AuthnRecovery<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<RecoveryResult, ApiError> {
        let recover = |answer| SignInAnswer::Recover(answer);
        let (state_token, answer) = match action {
            AuthnRecovery::Begin { kind, username, factor: None, trusted: true, relay_state } => {
                let state = self.token(kind, username, relay_state, trace, explanation).await?;
                return Ok(RecoveryResult::State(state));
            }
            AuthnRecovery::Begin { kind, username, factor, relay_state, .. } => {
                let state = self.send(kind, username, factor, relay_state, trace).await?;
                return Ok(RecoveryResult::State(state));
            }
            AuthnRecovery::Open { token, relay_state } => {
                return self.open(token, relay_state, trace, explanation).await;
            }
            AuthnRecovery::Answer { state_token, answer } => (state_token, recover(RecoveryAnswer::Answer(answer))),
            AuthnRecovery::Verify { state_token, code } => (state_token, SignInAnswer::Passcode(code)),
            AuthnRecovery::Resend { state_token, channel } => {
                return self.resend(state_token, channel, trace).await.map(RecoveryResult::State);
            }
            AuthnRecovery::ResetPassword { state_token, password } => {
                (state_token, SignInAnswer::NewPassword { password, repeated: true, ends_sessions: false })
            }
        };
        self.step(state_token, answer, trace, explanation).await
    }

    /// Okta: only programs that are trusted learn whether there is such a user.
    async fn token(
        self,
        kind: RecoveryKind,
        username: &str,
        relay_state: Option<&str>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.0;
        let user = context.org.user_by_identifier(username);
        let user = user.ok_or_else(|| ApiError::new(ApiErrorId::UnknownRecoveryUser, "no user has this name"))?;
        explanation.user = Some(user.profile.login.clone());
        let rights = RecoveryRights::of(&context.org, user);
        let allowed = if kind == RecoveryKind::Unlock { rights.unlocks } else { rights.resets_password };
        if !allowed || !sign_in::has_recoverable_status(user) {
            let id = if kind == RecoveryKind::Unlock {
                ApiErrorId::UnlockNotAllowed
            } else {
                ApiErrorId::ForgotPasswordNotAllowed
            };
            let reason = format!("{} is {}, or its policy does not allow it", user.profile.login, user.status.name());
            return Err(ApiError::new(id, reason));
        }
        if kind == RecoveryKind::Unlock && !self.is_locked(user).await? {
            return Err(mock_idp_core::management::users::not_locked(user));
        }
        let mut sent = context.decide(trace, |moment| sign_in::new_token(user, kind, rights.lifetime, None, moment));
        sent.token.asks_question = rights.asks_question;
        self.store(&sent).await?;
        let expires_at = timestamp(sent.token.expires);
        Ok(self.state(kind, &expires_at, relay_state).token(user, &sent.secret))
    }

    async fn is_locked(self, user: &User) -> Result<bool, ApiError> {
        let failed = self.0.ledger().failed_sign_ins().get(&user.id).await?.unwrap_or_default();
        Ok(user.status == UserStatus::LockedOut || failed.lock(&lockout(&self.0.org, user), self.0.now))
    }

    /// Sends a message, if there is such a user and the policy allows it. Okta: the answer does not say whether it does.
    async fn send(
        self,
        kind: RecoveryKind,
        username: &str,
        factor: Option<&str>,
        relay_state: Option<&str>,
        trace: &mut Trace,
    ) -> Result<Value, ApiError> {
        let channel = match factor.map(str::to_ascii_uppercase).as_deref() {
            Some("EMAIL") => MessageKind::Email,
            Some("SMS") => MessageKind::Sms,
            Some("CALL") => MessageKind::Voice,
            _ => {
                let cause = "factorType: The field cannot be left blank".to_owned();
                return Err(ApiError::validation("factorType", vec![cause]));
            }
        };
        let notes = trace.notes.len();
        loop {
            trace.notes.truncate(notes);
            let mut batch = self.0.ledger().batch();
            let key = self.add_message((kind, username), channel, &mut batch, trace).await?;
            let state = if channel == MessageKind::Email {
                self.state(kind, "", relay_state).sent_by_email()
            } else {
                let step = RecoveryStep::Code { identifier: username.to_owned(), channel, token: key };
                let transaction = state_tokens::transaction(self.0, Stage::Recovery(Recovery { kind, step }), false);
                let expires = transaction.expires;
                let state_token = state_tokens::add(self.0, &mut batch, transaction, trace);
                self.state(kind, &timestamp(expires), relay_state).sent_to_phone(channel, &state_token)
            };
            if self.commit_message(batch, trace).await? {
                return Ok(state);
            }
        }
    }

    /// Adds a message to a batch, and what has to be stored for it. Returns the key of the token; of none if nothing is sent.
    async fn add_message(
        self,
        (kind, username): (RecoveryKind, &str),
        channel: MessageKind,
        batch: &mut Batch<'c>,
        trace: &mut Trace,
    ) -> Result<String, ApiError> {
        let context = self.0;
        let effect = match context.org.user_by_identifier(username) {
            Some(user) => {
                let is_locked = self.is_locked(user).await?;
                context.decide_uncommitted(trace, |moment| {
                    sign_in::send_recovery(&context.org, user, kind, channel, is_locked, moment)
                })
            }
            None => None,
        };
        let (message, key) = match effect {
            Some(SignInEffect::SendRecovery(mut sent)) => {
                if channel == MessageKind::Email {
                    // The link leads to a page; there is no state in which a code could be entered.
                    (sent.code, sent.token.code) = (None, None);
                }
                recovery_links::store(context, batch, &sent);
                let message = sent.message(&context.instance.org(), &context.urls.issuer_base);
                (message, Some(OneTimeToken::hash(&sent.secret)))
            }
            Some(SignInEffect::DenyRecovery { user_id }) => (sign_in::recovery_denied(&context.org, &user_id), None),
            _ => (None, None),
        };
        context.instance.add_messages(batch, message.into_iter().collect()).await?;
        Ok(key.unwrap_or_else(|| context.decide_uncommitted(trace, |moment| moment.token())))
    }

    /// Commits a batch with a message. `false`: another request has changed something that it depends on, and nothing is sent.
    async fn commit_message(self, batch: Batch<'_>, trace: &mut Trace) -> Result<bool, ApiError> {
        let events = std::mem::take(&mut trace.events);
        match batch.commit().await {
            Err(LedgerError::Conflict { .. }) => Ok(false),
            committed => {
                committed?;
                self.0.log(events);
                self.0.instance.note_messages();
                Ok(true)
            }
        }
    }

    async fn resend(self, state_token: &str, channel: MessageKind, trace: &mut Trace) -> Result<Value, ApiError> {
        let transactions = self.0.ledger().transactions();
        state_tokens::find(self.0, state_token).await?;
        let mut first_version = None;
        let notes = trace.notes.len();
        loop {
            trace.notes.truncate(notes);
            let found = transactions.get_versioned(state_token).await?.ok_or_else(state_tokens::unknown)?;
            if *first_version.get_or_insert(found.version) != found.version {
                // Another step was taken in the meantime.
                return Err(wrong_state());
            }
            let mut transaction = found.value;
            let Stage::Recovery(recovery) = transaction.stage.clone() else { return Err(wrong_state()) };
            let RecoveryStep::Code { identifier, .. } = recovery.step else { return Err(wrong_state()) };
            let kind = recovery.kind;
            let mut batch = self.0.ledger().batch();
            let token = self.add_message((kind, &identifier), channel, &mut batch, trace).await?;
            let step = RecoveryStep::Code { identifier, channel, token };
            transaction.stage = Stage::Recovery(Recovery { kind, step });
            transaction.expires = self.0.now + primary::STATE_TOKEN_LIFETIME;
            let expires = transaction.expires;
            batch.require_version(transactions, state_token, found.version);
            batch.put(transactions, state_token, transaction, expires);
            if self.commit_message(batch, trace).await? {
                return Ok(self.state(kind, &timestamp(expires), None).sent_to_phone(channel, state_token));
            }
        }
    }

    /// Begins with the token of a link.
    async fn open(
        self,
        token: &str,
        relay_state: Option<&str>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<RecoveryResult, ApiError> {
        let found = recovery_links::find(self.0, token).await?;
        let recovery = found.ok_or_else(|| ApiError::invalid_token("the link has been used, or is too old"))?;
        let user = recovery.step.user_id().and_then(|id| self.0.org.user(id));
        explanation.user = user.map(|user| user.profile.login.clone());
        let confirm = matches!(recovery.step, RecoveryStep::Confirm { .. });
        let (kind, step) = (recovery.kind, recovery.step.clone());
        let transaction = state_tokens::transaction(self.0, Stage::Recovery(recovery), false);
        if confirm {
            // Okta: a program that brings the token wants what it is for.
            return self.confirm(&transaction, trace, explanation).await;
        }
        let expires_at = timestamp(transaction.expires);
        let state_token = state_tokens::store(self.0, transaction, trace).await?;
        let state = self.state(kind, &expires_at, relay_state).step(&step, &state_token);
        state.map(RecoveryResult::State).ok_or_else(wrong_state)
    }

    /// Unlocks an account with the token of a link. That ends the recovery, which is not stored.
    async fn confirm(
        self,
        transaction: &Transaction,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<RecoveryResult, ApiError> {
        let answer = SignInAnswer::Recover(RecoveryAnswer::Confirm);
        match sign_in_step::take_first(self.0, transaction, answer, trace).await? {
            StepResult::Taken(Transaction { stage: Stage::Recovery(recovery), expires, .. }) => {
                let expires_at = timestamp(expires);
                let state = self.state(recovery.kind, &expires_at, None).step(&recovery.step, "");
                state.map(RecoveryResult::State).ok_or_else(wrong_state)
            }
            StepResult::Rejected(_, problem) => {
                explanation.reason = Some(problem.reason.clone());
                Err(refused(problem))
            }
            StepResult::Taken(_) | StepResult::DeviceGone => Err(wrong_state()),
        }
    }

    /// Takes a step of a recovery.
    async fn step(
        self,
        state_token: &str,
        answer: SignInAnswer<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<RecoveryResult, ApiError> {
        if !matches!(state_tokens::find(self.0, state_token).await?.stage, Stage::Recovery(_)) {
            return Err(wrong_state());
        }
        let session_token = new_session_token(self.0, trace);
        let next = NextHandle::SameUntilSignedIn { session_token: &session_token };
        match sign_in_step::take(self.0, (state_token, None), answer, false, next, trace).await? {
            Some(StepResult::Taken(Transaction { stage: Stage::Recovery(recovery), expires, .. })) => {
                let expires_at = timestamp(expires);
                let state = self.state(recovery.kind, &expires_at, None).step(&recovery.step, state_token);
                state.map(RecoveryResult::State).ok_or_else(wrong_state)
            }
            Some(StepResult::Taken(transaction)) => {
                let (transaction, state_token) = (Box::new(transaction), state_token.to_owned());
                Ok(RecoveryResult::Finished { transaction, state_token, session_token })
            }
            Some(StepResult::Rejected(_, problem)) => {
                explanation.reason = Some(problem.reason.clone());
                Err(refused(problem))
            }
            Some(StepResult::DeviceGone) | None => Err(state_tokens::unknown()),
        }
    }

    async fn store(self, sent: &SentRecovery) -> Result<(), ApiError> {
        let mut batch = self.0.ledger().batch();
        recovery_links::store(self.0, &mut batch, sent);
        Ok(batch.commit().await?)
    }

    fn state<'a>(self, kind: RecoveryKind, expires_at: &'a str, relay_state: Option<&'a str>) -> RecoveryState<'a>
    where
        'c: 'a,
    {
        let (org, org_url) = (&*self.0.org, &*self.0.urls.endpoint_base);
        RecoveryState { org, org_url, kind, expires_at, relay_state }
    }
}

/// The state of a recovery for a program that asks for it.
pub(super) fn shown(context: &Context, state_token: &str, transaction: &Transaction) -> Option<Value> {
    let Stage::Recovery(recovery) = &transaction.stage else { return None };
    let expires_at = timestamp(transaction.expires);
    let state = AuthnRecoveries(context).state(recovery.kind, &expires_at, None);
    match recovery.step {
        RecoveryStep::Code { channel, .. } => Some(state.sent_to_phone(channel, state_token)),
        _ => state.step(&recovery.step, state_token),
    }
}

fn refused(problem: SignInProblem) -> ApiError {
    let SignInProblem { kind, reason, requirements, .. } = problem;
    let with_cause = |id, cause: &str| ApiError { causes: vec![cause.to_owned()], ..ApiError::new(id, reason.clone()) };
    match kind {
        SignInProblemKind::WrongAnswer => ApiError::new(ApiErrorId::RecoveryAnswerWrong, reason),
        SignInProblemKind::WrongCode => {
            with_cause(ApiErrorId::InvalidPasscode, "Your token doesn't match our records. Please try again.")
        }
        SignInProblemKind::PasswordRequirements | SignInProblemKind::MissingPassword => {
            let cause = password_rules::refusal(&requirements.unwrap_or_default());
            with_cause(ApiErrorId::CredentialUpdateFailed, &cause)
        }
        SignInProblemKind::LinkUsed => ApiError::invalid_token(reason),
        _ => ApiError::new(ApiErrorId::WrongState, reason),
    }
}
