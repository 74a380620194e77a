//! Sign-in by a program: name and password for a session token, which a browser then brings to the authorization endpoint.
//! Okta: `/api/v1/authn`, `sessionToken`.

use mock_idp_core::ledger::{Authentication, LedgerError, Purpose, Stage, Transaction};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::model::User;
use mock_idp_core::moment::timestamp;
use mock_idp_core::policy::password::REQUIREMENTS;
use mock_idp_core::sign_in::{SignInAnswer, SignInProblemKind, primary};
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::{Value, json};

use super::authn_recovery::{self, AuthnRecoveries, AuthnRecovery, RecoveryResult};
use super::browser::BrowserRequest;
use super::sign_in_step::{CommittedStep, NextHandle};
use super::{Context, sessions, sign_in_step};
use crate::journal::{Explained, Explanation};

/// What a program does in the authentication API.
#[derive(Clone, Copy)]
pub(crate) enum AuthnAction<'a> {
    SignIn {
        username: &'a str,
        password: &'a str,
    },
    /// Asks for the state of a transaction.
    Introspect {
        state_token: &'a str,
    },
    ChangePassword {
        state_token: &'a str,
        old: &'a str,
        new: &'a str,
    },
    Cancel {
        state_token: &'a str,
    },
    Recover(AuthnRecovery<'a>),
}

/// The authentication API of an org.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authn<'c>(&'c Context);

impl<'c> Authn<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Performs an action. Okta: the error is the same for unknown users and for users who may not sign in.
    pub(crate) async fn respond(self, action: AuthnAction<'_>) -> Explained<Result<Value, ApiError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::default());
        let result = match action {
            AuthnAction::SignIn { username, password } => {
                self.sign_in(username, password, &mut trace, &mut explanation).await
            }
            AuthnAction::Introspect { state_token } => self.introspect(state_token).await,
            AuthnAction::ChangePassword { state_token, old, new } => {
                self.change_password(state_token, old, new, &mut trace, &mut explanation).await
            }
            AuthnAction::Cancel { state_token } => self.cancel(state_token).await,
            AuthnAction::Recover(action) => self.recover(action, &mut trace, &mut explanation).await,
        };
        if let Err(error) = &result {
            explanation.reason = Some(error.to_string());
        }
        explanation.notes = trace.notes;
        Explained { result, explanation }
    }

    async fn sign_in(
        self,
        username: &str,
        password: &str,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.0;
        if context.instance.refuses_sign_in(username) {
            let reason = "more than 4 sign-ins of the user in a second (rateLimits: enforced)";
            return Err(ApiError::new(ApiErrorId::TooManyRequests, reason));
        }
        let transaction = Transaction {
            purpose: Purpose::Authn { server: context.server.id.clone() },
            stage: Stage::Identify,
            browser: None,
            remember: false,
            expires: context.now + primary::STATE_TOKEN_LIFETIME,
        };
        let answer = SignInAnswer::Both { identifier: username, password };
        match sign_in_step::take_first(context, &transaction, answer, trace).await? {
            CommittedStep::Taken(transaction) => self.go_on(transaction, trace, explanation).await,
            // Okta: only where the password policy shows lockouts.
            CommittedStep::Rejected(_, problem) if problem.okta_code == "E0000069" => {
                explanation.reason = Some(problem.reason);
                Ok(primary::locked_out(&context.urls.endpoint_base))
            }
            CommittedStep::Rejected(_, problem) => Err(ApiError::authentication_failed(problem.reason)),
            CommittedStep::DeviceGone => Err(ApiError::internal("a sign-in by a program is for no device")),
        }
    }

    /// What follows from the stage of a transaction.
    async fn go_on(
        self,
        transaction: Transaction,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.0;
        let ledger = context.ledger();
        match &transaction.stage {
            Stage::SignedIn(proof) => {
                let token: String =
                    context.decide(trace, |moment| (moment.token() + &moment.token()).chars().take(50).collect());
                let token = format!("20111{token}");
                let expires = context.now + primary::SESSION_TOKEN_LIFETIME;
                let user = context.org.user(&proof.user_id);
                let user = user.ok_or_else(|| ApiError::authentication_failed("the user has been removed"))?;
                explanation.user = Some(user.profile.login.clone());
                ledger.session_tokens().put(&token, proof.clone(), expires).await?;
                Ok(primary::success(user, &token, &timestamp(expires), &context.urls.endpoint_base))
            }
            Stage::NewPassword { .. } => {
                let state_token: String = context.decide(trace, |moment| moment.token().chars().take(40).collect());
                let state_token = format!("00{state_token}");
                trace.note(NoteStatus::Absent, "sign-in", "asks for a new password: the old one has expired");
                let expires = transaction.expires;
                ledger.transactions().put(&state_token, transaction.clone(), expires).await?;
                self.shown(&state_token, &transaction)
            }
            _ => Err(ApiError::authentication_failed("more is needed than this API asks for")),
        }
    }

    async fn recover(
        self,
        action: AuthnRecovery<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        match AuthnRecoveries::new(self.0).perform(action, trace, explanation).await? {
            RecoveryResult::State(state) => Ok(state),
            RecoveryResult::Finished(transaction) => {
                // The recovery has given the user a password.
                let latest = self.0.on_latest_snapshot();
                Authn(latest.as_ref().unwrap_or(self.0)).go_on(transaction, trace, explanation).await
            }
        }
    }

    async fn introspect(self, state_token: &str) -> Result<Value, ApiError> {
        let transaction = self.find(state_token).await?;
        self.shown(state_token, &transaction)
    }

    async fn cancel(self, state_token: &str) -> Result<Value, ApiError> {
        self.find(state_token).await?;
        self.0.ledger().transactions().take(state_token).await?;
        Ok(json!({}))
    }

    async fn change_password(
        self,
        state_token: &str,
        old: &str,
        new: &str,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let transaction = self.find(state_token).await?;
        let refused = |cause: String| {
            let error = ApiError::new(ApiErrorId::CredentialUpdateFailed, "the password cannot be changed");
            ApiError { causes: vec![cause], ..error }
        };
        let user = user_of(self.0, &transaction)?;
        explanation.user = Some(user.profile.login.clone());
        if !user.credentials.password.as_ref().is_some_and(|known| known.is(old)) {
            return Err(refused("oldPassword: The credentials provided were incorrect.".to_owned()));
        }
        let answer = SignInAnswer::NewPassword { password: new, repeated: true };
        let next = NextHandle::SameIfRejected;
        match sign_in_step::take(self.0, state_token, answer, false, next, trace).await? {
            Some(CommittedStep::Taken(transaction)) => {
                // The step has given the user a password.
                let latest = self.0.on_latest_snapshot();
                let context = latest.as_ref().unwrap_or(self.0);
                Authn(context).go_on(transaction, trace, explanation).await
            }
            Some(CommittedStep::Rejected(_, problem)) => {
                explanation.reason = Some(problem.reason);
                Err(match problem.kind {
                    SignInProblemKind::PasswordRequirements | SignInProblemKind::MissingPassword => {
                        refused(format!("newPassword: Password requirements were not met. {REQUIREMENTS}"))
                    }
                    _ => ApiError::authentication_failed("the user may not sign in any more"),
                })
            }
            Some(CommittedStep::DeviceGone) | None => Err(unknown_state_token()),
        }
    }

    async fn find(self, state_token: &str) -> Result<Transaction, ApiError> {
        let found = self.0.ledger().transactions().get(state_token).await?;
        found.filter(|transaction| matches!(transaction.purpose, Purpose::Authn { .. })).ok_or_else(unknown_state_token)
    }

    /// The state of a transaction.
    fn shown(self, state_token: &str, transaction: &Transaction) -> Result<Value, ApiError> {
        if let Some(state) = authn_recovery::shown(self.0, state_token, transaction) {
            return Ok(state);
        }
        let user = user_of(self.0, transaction)?;
        let expires = timestamp(transaction.expires);
        Ok(primary::password_expired(user, state_token, &expires, &self.0.urls.endpoint_base))
    }
}

fn unknown_state_token() -> ApiError {
    ApiError::invalid_token("no transaction has this state token")
}

/// The user who has to set a new password.
fn user_of<'c>(context: &'c Context, transaction: &Transaction) -> Result<&'c User, ApiError> {
    let user = match &transaction.stage {
        Stage::NewPassword { user_id } => context.org.user(user_id),
        _ => None,
    };
    user.ok_or_else(unknown_state_token)
}

/// Begins a session with a session token. Each counts once.
pub(super) async fn redeem_session_token(
    context: &Context,
    token: &str,
    request: &mut BrowserRequest,
) -> Result<Option<Authentication>, LedgerError> {
    let Some(proof) = context.ledger().session_tokens().take(token).await? else {
        request.trace.note(NoteStatus::PassedOver, "sessionToken", "it is unknown, used or too old");
        return Ok(None);
    };
    request.trace.note(NoteStatus::Matched, "sessionToken", "it signs the user in");
    Ok(Some(sessions::begin(context, proof, request).await?))
}
