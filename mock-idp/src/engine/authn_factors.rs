//! Second factors in a sign-in by a program. Okta: `/api/v1/authn/factors`.

use mock_idp_core::ledger::{PartialSignIn, ProofStep, PushResult, Stage, Transaction};
use mock_idp_core::management::{ApiError, users};
use mock_idp_core::model::{Factor, FactorType, SignInMethod, User};
use mock_idp_core::sign_in::{self, SignInAnswer, primary};
use mock_idp_core::trace::Trace;
use serde_json::Value;

use super::authn_steps::AuthnSteps;
use super::sign_in_step::{self, NextHandle, StepResult};
use super::state_tokens::{self, new_session_token, wrong_state};
use crate::journal::Explanation;

/// What a program does about the factors of a user.
#[derive(Clone, Copy)]
pub(crate) enum FactorAction<'a> {
    /// Answers what a factor asks.
    Verify {
        factor_id: &'a str,
        passcode: &'a str,
        /// What a passkey answers.
        passkey: Option<SignInAnswer<'a>>,
    },
    /// Chooses a factor to enroll. A question is complete with it.
    Enroll {
        factor_type: &'a str,
        provider: &'a str,
        question: &'a str,
        question_text: &'a str,
        answer: &'a str,
        phone_number: &'a str,
    },
    /// Proves that a new factor works.
    Activate {
        factor_id: &'a str,
        passcode: &'a str,
        passkey: Option<SignInAnswer<'a>>,
    },
    /// Asks whether a phone has set the app up.
    PollActivation {
        factor_id: &'a str,
    },
    /// Sends another code, or another notification.
    Resend {
        factor_id: &'a str,
    },
    Previous,
    Skip,
}

/// The steps of a transaction about factors.
#[derive(Clone, Copy)]
pub(super) struct AuthnFactors<'c, 'a> {
    pub(super) steps: AuthnSteps<'c>,
    pub(super) state_token: &'a str,
    pub(super) remember: bool,
}

impl AuthnFactors<'_, '_> {
    pub(super) async fn respond(
        self,
        action: FactorAction<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let transaction = state_tokens::find(self.steps.0, self.state_token).await?;
        if matches!((&transaction.stage, action), (Stage::PasswordWarning(_), FactorAction::Skip)) {
            return self.take(SignInAnswer::Skip, trace, explanation).await;
        }
        let Stage::MoreProofs(partial) = &transaction.stage else { return Err(wrong_state()) };
        let context = self.steps.0;
        let user = context.org.user(&partial.user_id).ok_or_else(state_tokens::unknown)?;
        explanation.user = Some(user.profile.login.clone());
        match action {
            FactorAction::Verify { factor_id, passcode: _, passkey } if is_passkey(user, factor_id) => {
                match (&partial.step, passkey) {
                    (ProofStep::UsePasskey { chosen: Some(_), .. }, Some(answer)) => {
                        self.take(answer, trace, explanation).await
                    }
                    _ => {
                        // Okta: the type in place of an id means all passkeys of the user.
                        let factor_id = Some(factor_id).filter(|id| *id != FactorType::WebAuthn.name());
                        let answer = SignInAnswer::ChoosePasskey { factor_id };
                        self.take(answer, trace, explanation).await
                    }
                }
            }
            FactorAction::Verify { factor_id, passcode, passkey: _ } => {
                let factor = user.active_factors().find(|factor| factor.id == factor_id);
                let method = factor.and_then(|factor| factor.method());
                let method = method.ok_or_else(|| ApiError::not_found(factor_id, "UserFactor"))?;
                let (chosen, sent) = match &partial.step {
                    ProofStep::Verify { factor_id: chosen, sent } => (chosen == factor_id, sent.is_some()),
                    _ => (false, false),
                };
                if method == SignInMethod::OktaVerifyPush {
                    return match &partial.step {
                        ProofStep::Wait { push, .. } if push.result == PushResult::Waiting => {
                            self.take(SignInAnswer::Poll, trace, explanation).await
                        }
                        _ => {
                            let transaction = self.choose(method, partial, Enrolls::No, trace).await?;
                            self.steps.go_on(Some(self.state_token), None, transaction, trace, explanation).await
                        }
                    };
                }
                // Okta: without a code, the code is sent.
                let sends = method.is_sent() && (!sent || passcode.is_empty());
                if sends || !chosen {
                    let transaction = self.choose(method, partial, Enrolls::No, trace).await?;
                    if sends {
                        return self.steps.go_on(Some(self.state_token), None, transaction, trace, explanation).await;
                    }
                }
                self.take(SignInAnswer::Passcode(passcode), trace, explanation).await
            }
            FactorAction::Enroll { factor_type, provider, question, question_text, answer, phone_number: number } => {
                let named = |method: &&SignInMethod| {
                    let (kind, by) = Factor::kind_of(**method);
                    method.is_enrolled_in_sign_in() && kind.name() == factor_type && by.name() == provider
                };
                let Some(method) = partial.choices.iter().find(named).copied() else {
                    let cause = "factorType: this factor cannot be enrolled now";
                    return Err(ApiError::validation("factorEnrollRequest", vec![cause.to_owned()]));
                };
                if method.is_phone() {
                    return self.take(SignInAnswer::EnrollPhone { method, number }, trace, explanation).await;
                }
                let chosen = self.choose(method, partial, Enrolls::Yes, trace).await?;
                if method != SignInMethod::SecurityQuestion {
                    return self.steps.go_on(Some(self.state_token), None, chosen, trace, explanation).await;
                }
                let answer = SignInAnswer::Question { key: question, text: question_text, answer };
                self.take(answer, trace, explanation).await
            }
            FactorAction::PollActivation { factor_id } => match &partial.step {
                ProofStep::EnrollApp { factor, .. } if factor.id == factor_id => {
                    self.take(SignInAnswer::Poll, trace, explanation).await
                }
                _ => Err(wrong_state()),
            },
            FactorAction::Activate { factor_id, passcode, passkey } => match &partial.step {
                // Okta: what was not answered in time can be asked for again.
                ProofStep::EnrollApp { factor, .. } if factor.id == factor_id => {
                    self.take(SignInAnswer::Resend, trace, explanation).await
                }
                ProofStep::Enroll { factor, .. } if factor.id == factor_id => {
                    let answer = passkey.unwrap_or(SignInAnswer::Passcode(passcode));
                    self.take(answer, trace, explanation).await
                }
                _ => Err(wrong_state()),
            },
            FactorAction::Resend { factor_id } => match &partial.step {
                ProofStep::Verify { factor_id: asked, .. } | ProofStep::Wait { factor_id: asked, .. }
                    if asked == factor_id =>
                {
                    self.take(SignInAnswer::Resend, trace, explanation).await
                }
                ProofStep::Enroll { factor, .. } if factor.id == factor_id => {
                    self.take(SignInAnswer::Resend, trace, explanation).await
                }
                _ if user.active_factors().any(|factor| factor.id == factor_id) => Err(wrong_state()),
                _ => Err(ApiError::not_found(factor_id, "UserFactor")),
            },
            FactorAction::Previous => self.take(SignInAnswer::ShowChoices, trace, explanation).await,
            FactorAction::Skip => self.take(SignInAnswer::Skip, trace, explanation).await,
        }
    }

    /// Goes on with a method. The transaction after it.
    async fn choose(
        self,
        method: SignInMethod,
        partial: &PartialSignIn,
        enrolls: Enrolls,
        trace: &mut Trace,
    ) -> Result<Transaction, ApiError> {
        let enrolling = matches!(
            partial.step,
            ProofStep::ChooseEnrollment { .. } | ProofStep::Enroll { .. } | ProofStep::EnrollApp { .. }
        );
        if enrolling != matches!(enrolls, Enrolls::Yes) {
            return Err(wrong_state());
        }
        let (context, answer) = (self.steps.0, SignInAnswer::Choose(method));
        // A choice signs no user in.
        let next = NextHandle::Same(|_, now| now + primary::STATE_TOKEN_LIFETIME);
        match sign_in_step::take(context, (self.state_token, None), answer, self.remember, next, trace).await? {
            Some(StepResult::Taken(transaction)) => Ok(transaction),
            Some(StepResult::Rejected(..)) => Err(wrong_state()),
            Some(StepResult::DeviceGone) | None => Err(state_tokens::unknown()),
        }
    }

    async fn take(
        self,
        answer: SignInAnswer<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.steps.0;
        let session_token = new_session_token(context, trace);
        let next = NextHandle::SameUntilSignedIn { session_token: &session_token };
        match sign_in_step::take(context, (self.state_token, None), answer, self.remember, next, trace).await? {
            Some(StepResult::Taken(transaction)) => {
                // The step may have enrolled a factor.
                let latest = context.on_latest_snapshot();
                let steps = AuthnSteps(latest.as_ref().unwrap_or(context));
                let (stored, session_token) = (Some(self.state_token), Some(session_token));
                steps.go_on(stored, session_token, transaction, trace, explanation).await
            }
            Some(StepResult::Rejected(_, problem)) => Err(users::refused_factor(&problem)),
            Some(StepResult::DeviceGone) | None => Err(state_tokens::unknown()),
        }
    }
}

/// Whether a path names a passkey of the user, or all of them.
fn is_passkey(user: &User, factor_id: &str) -> bool {
    factor_id == FactorType::WebAuthn.name() || sign_in::passkeys(user).any(|factor| factor.id == factor_id)
}

/// Whether a step is about an enrollment.
#[derive(Clone, Copy)]
enum Enrolls {
    Yes,
    No,
}
