//! The steps of a sign-in by a program: password, expired password, and what they lead to.

use mock_idp_core::ledger::{OneTimeToken, Purpose, PushNotifications, Stage, Transaction};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::model::User;
use mock_idp_core::moment::timestamp;
use mock_idp_core::policy::password_rules::{self, PasswordRules};
use mock_idp_core::policy::session;
use mock_idp_core::sign_in::{self, FactorState, SignInAnswer, SignInProblemKind, primary};
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::{Value, json};

use super::sign_in_step::{NextHandle, StepResult};
use super::state_tokens::new_session_token;
use super::{Context, authn_recovery, sign_in_step, state_tokens};
use crate::journal::Explanation;

/// What a program says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignInProgram<'a> {
    /// Whether it can show that the password expires soon.
    pub(crate) warns: bool,
    /// The token by which it names the user's device.
    pub(crate) device: Option<&'a str>,
}

/// The transactions of the authentication API.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthnSteps<'c>(pub(super) &'c Context);

impl AuthnSteps<'_> {
    pub(super) async fn sign_in(
        self,
        (username, password): (&str, &str),
        program: SignInProgram<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.0;
        if context.instance.refuses_sign_in(username) {
            let reason = "more than 4 sign-ins of the user in a second (rateLimits: enforced)";
            return Err(ApiError::new(ApiErrorId::TooManyRequests, reason));
        }
        let mut transaction = state_tokens::transaction(context, Stage::Identify, program.warns);
        if let Purpose::Authn { device, .. } = &mut transaction.purpose {
            *device = program.device.map(OneTimeToken::hash);
        }
        let answer = SignInAnswer::Both { identifier: username, password };
        match sign_in_step::take_first(context, &transaction, answer, trace).await? {
            StepResult::Taken(transaction) => self.go_on(None, None, transaction, trace, explanation).await,
            // Okta: only where the password policy shows lockouts.
            StepResult::Rejected(_, problem) if problem.okta_code == "E0000069" => {
                explanation.reason = Some(problem.reason);
                Ok(primary::locked_out(&context.urls.endpoint_base))
            }
            StepResult::Rejected(_, problem) if problem.kind == SignInProblemKind::AccessDenied => {
                Err(ApiError::access_denied(problem.reason))
            }
            StepResult::Rejected(_, problem) => Err(ApiError::authentication_failed(problem.reason)),
            StepResult::DeviceGone => Err(ApiError::internal("a sign-in by a program is for no device")),
        }
    }

    /// What follows from the stage of a transaction. `stored`: it is stored under this state token. `session_token`: it is stored in place of
    /// the transaction if the user has signed in.
    pub(super) async fn go_on(
        self,
        stored: Option<&str>,
        session_token: Option<String>,
        transaction: Transaction,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.0;
        let ledger = context.ledger();
        match &transaction.stage {
            Stage::SignedIn(proof) => {
                let expires = context.now + primary::SESSION_TOKEN_LIFETIME;
                let user = context.org.user(&proof.user_id);
                let user = user.ok_or_else(|| ApiError::authentication_failed("the user has been removed"))?;
                explanation.user = Some(user.profile.login.clone());
                let token = match session_token {
                    Some(token) => token,
                    None => {
                        let token = new_session_token(context, trace);
                        ledger.session_tokens().put(&token, proof.clone(), expires).await?;
                        token
                    }
                };
                Ok(primary::success(user, &token, &timestamp(expires), &context.urls.endpoint_base))
            }
            Stage::NewPassword { .. } | Stage::PasswordWarning(_) | Stage::MoreProofs(_) => {
                if let Some(state_token) = stored {
                    return self.shown(state_token, &transaction);
                }
                if matches!(transaction.stage, Stage::NewPassword { .. }) {
                    trace.note(NoteStatus::Absent, "sign-in", "asks for a new password: the old one has expired");
                }
                let state_token = state_tokens::store(context, transaction.clone(), trace).await?;
                self.shown(&state_token, &transaction)
            }
            _ => Err(ApiError::authentication_failed("more is needed than this API asks for")),
        }
    }

    pub(super) async fn introspect(self, state_token: &str) -> Result<Value, ApiError> {
        let transaction = state_tokens::find(self.0, state_token).await?;
        self.shown(state_token, &transaction)
    }

    pub(super) async fn cancel(self, state_token: &str) -> Result<Value, ApiError> {
        let transaction = state_tokens::find(self.0, state_token).await?;
        let ledger = self.0.ledger();
        let mut batch = ledger.batch();
        batch.delete(ledger.transactions(), state_token);
        if let Some(id) = sign_in::push_of_step(&transaction.stage).map(str::to_owned) {
            batch.update(ledger.pushes(), PushNotifications::KEY, move |pushes| pushes.withdraw(&id));
        }
        batch.commit().await?;
        Ok(json!({}))
    }

    pub(super) async fn change_password(
        self,
        state_token: &str,
        old: &str,
        new: &str,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let transaction = state_tokens::find(self.0, state_token).await?;
        let refused = |cause: String| {
            let error = ApiError::new(ApiErrorId::CredentialUpdateFailed, "the password cannot be changed");
            ApiError { causes: vec![cause], ..error }
        };
        let user = user_of(self.0, &transaction)?;
        if !matches!(transaction.stage, Stage::NewPassword { .. } | Stage::PasswordWarning(_)) {
            return Err(ApiError::new(ApiErrorId::WrongState, "no new password is asked for"));
        }
        explanation.user = Some(user.profile.login.clone());
        if !user.credentials.password.as_ref().is_some_and(|known| known.is(old)) {
            return Err(refused("oldPassword: The credentials provided were incorrect.".to_owned()));
        }
        let answer = SignInAnswer::NewPassword { password: new, repeated: true, ends_sessions: false };
        let session_token = new_session_token(self.0, trace);
        let next = NextHandle::SameUntilSignedIn { session_token: &session_token };
        match sign_in_step::take(self.0, (state_token, None), answer, false, next, trace).await? {
            Some(StepResult::Taken(transaction)) => {
                // The step has given the user a password.
                let latest = self.0.on_latest_snapshot();
                let context = latest.as_ref().unwrap_or(self.0);
                let (stored, session_token) = (Some(state_token), Some(session_token));
                AuthnSteps(context).go_on(stored, session_token, transaction, trace, explanation).await
            }
            Some(StepResult::Rejected(_, problem)) => {
                explanation.reason = Some(problem.reason);
                Err(match problem.kind {
                    SignInProblemKind::PasswordRequirements | SignInProblemKind::MissingPassword => {
                        let requirements = problem.requirements.unwrap_or_default();
                        refused(format!("newPassword: {}", password_rules::refusal(&requirements)))
                    }
                    _ => ApiError::authentication_failed("the user may not sign in any more"),
                })
            }
            Some(StepResult::DeviceGone) | None => Err(state_tokens::unknown()),
        }
    }

    /// The state of a transaction.
    fn shown(self, state_token: &str, transaction: &Transaction) -> Result<Value, ApiError> {
        if let Some(state) = authn_recovery::shown(self.0, state_token, transaction) {
            return Ok(state);
        }
        let user = user_of(self.0, transaction)?;
        let (expires_at, urls) = (&*timestamp(transaction.expires), &self.0.urls);
        let rules = PasswordRules::of(&self.0.org, user);
        Ok(match &transaction.stage {
            Stage::MoreProofs(partial) => {
                let org = &self.0.org;
                let subject = (user, partial.idp.as_deref());
                let memory =
                    self.0.decide(&mut Trace::default(), |moment| session::device_memory(org, subject, moment));
                FactorState { org, user, state_token, expires_at, urls, memory }.body(partial)
            }
            Stage::PasswordWarning(warning) => {
                primary::password_expires((user, &rules), warning.days, state_token, expires_at, &urls.endpoint_base)
            }
            _ => primary::password_expired((user, &rules), state_token, expires_at, &urls.endpoint_base),
        })
    }
}

/// The user of a transaction, who has proved something.
fn user_of<'c>(context: &'c Context, transaction: &Transaction) -> Result<&'c User, ApiError> {
    let user = match &transaction.stage {
        Stage::NewPassword { user_id } => context.org.user(user_id),
        Stage::MoreProofs(partial) => context.org.user(&partial.user_id),
        Stage::PasswordWarning(warning) => context.org.user(&warning.partial.user_id),
        _ => None,
    };
    user.ok_or_else(state_tokens::unknown)
}
