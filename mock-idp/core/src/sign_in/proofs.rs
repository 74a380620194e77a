//! What users prove after the first step: the factors that they verify, and those that they enroll.

use super::after_proofs::{next_stage, skipped};
use super::answer::{SignInAnswer, SignInEffect, SignInFacts};
use super::enrollments;
use super::events;
use super::factor_checks::{Entered, verify};
use super::passkeys::{PasskeyAssertion, PasskeyChallenge, assert_passkey, register};
use super::password::{NextStage, locked, verify_password};
use super::problem::{SignInProblem, SignInProblemKind};
use crate::ledger::{
    AppEnrollment, ChosenPasskey, FailedSignIns, MagicLinkState, PartialSignIn, Proof, ProofStep, PushResult, SentCode,
    SentPush, Stage, Transaction,
};
use crate::model::{Factor, FactorStatus, FactorType, SignInMethod, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::assurance;
use crate::policy::password_rules::lockout;

/// A user who has proved something and proves more, and what the step depends on.
#[derive(Clone, Copy)]
pub(super) struct ProvingUser<'a> {
    pub(super) org: &'a Org,
    pub(super) server: &'a CompiledServer,
    pub(super) transaction: &'a Transaction,
    pub(super) partial: &'a PartialSignIn,
    pub(super) facts: &'a SignInFacts,
    pub(super) user: &'a User,
}

/// What an answer has proved.
enum Proved {
    /// A method, with what is stored, and the factors that the user has enrolled by it.
    Method(Proof, Vec<SignInEffect>, Vec<Factor>),
    /// Nothing: another stage asks the user.
    Nothing(Stage),
}

impl Proved {
    fn method(method: SignInMethod, now: i64) -> Self {
        Self::Method(Proof::by(method, now), Vec::new(), Vec::new())
    }
}

impl<'a> ProvingUser<'a> {
    /// `None`: the user may not sign in any more.
    pub(super) fn of(
        org: &'a Org,
        server: &'a CompiledServer,
        (transaction, partial): (&'a Transaction, &'a PartialSignIn),
        facts: &'a SignInFacts,
    ) -> Option<Self> {
        let user = org.user(&partial.user_id).filter(|user| user.status.may_hold_tokens())?;
        Some(Self { org, server, transaction, partial, facts, user })
    }

    /// Takes a step.
    pub(super) fn answer(
        self,
        answer: SignInAnswer<'_>,
        failed: &mut FailedSignIns,
        moment: &mut Moment<'_>,
    ) -> NextStage {
        let Self { org, user, partial, .. } = self;
        if failed.lock(&lockout(org, user), moment.now) {
            return Err((Stage::Identify, locked(org, user, "is locked by wrong passwords and codes", moment)));
        }
        if let Some(next) = self.go_on_with(answer, moment) {
            return next;
        }
        let proved = match answer {
            SignInAnswer::Skip if partial.step.optional_enrollment() == Some(true) => {
                return Ok(skipped(partial, moment.now));
            }
            SignInAnswer::Poll => Ok(self.poll(moment)),
            _ => self.prove(answer, failed, moment),
        };
        match proved {
            Ok(Proved::Method(proof, effects, enrolled)) => self.goes_on(proof, effects, enrolled, failed, moment),
            Ok(Proved::Nothing(stage)) => Ok((stage, Vec::new())),
            Err(problem) => {
                self.count(&problem, failed, moment);
                self.again(problem)
            }
        }
    }

    /// Whether what the user does elsewhere is done: a notification is answered, a link is opened.
    fn poll(self, moment: &mut Moment<'_>) -> Proved {
        let step = &self.partial.step;
        let now = moment.now;
        // Okta: a notification that is gone has timed out.
        let result = || self.facts.push.as_ref().map_or(PushResult::TimedOut, |push| push.result(now));
        match step {
            ProofStep::Wait { factor_id, push } => match result() {
                PushResult::Approved => self.confirmed(factor_id, moment),
                result => {
                    if result == PushResult::Rejected && push.result != result {
                        moment.trace.event(events::verified(self.user, Some("INVALID_CREDENTIALS")));
                    }
                    let push = SentPush { result, ..push.clone() };
                    Proved::Nothing(self.at(ProofStep::Wait { factor_id: factor_id.clone(), push }))
                }
            },
            ProofStep::EnrollApp { factor, optional, app } => match (&app.push, result()) {
                (None, _) => Proved::Nothing(self.at(step.clone())),
                (Some(_), PushResult::Approved) => {
                    moment.trace.event(events::enrolled(self.user));
                    let factors = enrollments::of_app(self.org, factor, moment);
                    Proved::Method(Proof::by(SignInMethod::OktaVerifyPush, now), Vec::new(), factors)
                }
                (Some(push), result) => {
                    let app = AppEnrollment { push: Some(SentPush { result, ..push.clone() }), ..app.clone() };
                    let (factor, optional) = (factor.clone(), *optional);
                    Proved::Nothing(self.at(ProofStep::EnrollApp { factor, optional, app }))
                }
            },
            ProofStep::Verify { factor_id, .. } if step.link().is_some() && self.has_opened() => {
                self.confirmed(factor_id, moment)
            }
            step => Proved::Nothing(self.at(step.clone())),
        }
    }

    /// A factor that is confirmed elsewhere.
    fn confirmed(self, factor_id: &str, moment: &mut Moment<'_>) -> Proved {
        let mut known = self.user.active_factors();
        match known.find(|factor| factor.id == factor_id).and_then(|factor| factor.method()) {
            Some(method) => {
                moment.trace.event(events::verified(self.user, None));
                Proved::method(method, moment.now)
            }
            // It has been removed in the meantime.
            None => Proved::Nothing(self.at(ProofStep::Choose)),
        }
    }

    /// Whether the link of the step was opened where it had to be.
    fn has_opened(self) -> bool {
        self.facts.link.as_ref().is_some_and(|link| link.state == MagicLinkState::Opened)
    }

    /// Checks what the user has entered, or what a browser has signed.
    fn prove(
        self,
        answer: SignInAnswer<'_>,
        failed: &mut FailedSignIns,
        moment: &mut Moment<'_>,
    ) -> Result<Proved, SignInProblem> {
        let entered = match answer {
            SignInAnswer::Passcode(entered) => Entered { passcode: entered, ..Entered::default() },
            SignInAnswer::Question { key, text, answer } => Entered { passcode: answer, key, text },
            _ => return self.prove_by_passkey(answer, moment),
        };
        match &self.partial.step {
            ProofStep::EnterPassword => self.enter_password(entered.passcode, failed, moment),
            ProofStep::Verify { factor_id, sent } => self.verify(factor_id, entered, sent.as_ref(), moment),
            ProofStep::Enroll { factor, .. } if factor.factor_type == FactorType::WebAuthn => Err(for_other_step()),
            ProofStep::Enroll { factor, sent, .. } => {
                let Self { org, user, facts, .. } = self;
                let (method, effects, enrolled) =
                    enrollments::complete(org, user, factor, entered, sent.as_ref(), facts, moment)?;
                Ok(Proved::Method(Proof::by(method, moment.now), effects, enrolled))
            }
            ProofStep::UsePasskey { .. } | ProofStep::EnrollApp { .. } => Err(for_other_step()),
            ProofStep::Choose | ProofStep::Wait { .. } | ProofStep::ChooseEnrollment { .. } => {
                Err(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "no method has been chosen"))
            }
        }
    }

    fn prove_by_passkey(self, answer: SignInAnswer<'_>, moment: &mut Moment<'_>) -> Result<Proved, SignInProblem> {
        match (&self.partial.step, answer) {
            (ProofStep::UsePasskey { .. }, SignInAnswer::SimulatePasskey) => {
                Ok(Proved::Method(simulated(moment.now), Vec::new(), Vec::new()))
            }
            (ProofStep::Enroll { factor, .. }, SignInAnswer::SimulatePasskey) => {
                let factor = Factor { status: FactorStatus::Active, ..(**factor).clone() };
                Ok(Proved::Method(simulated(moment.now), Vec::new(), vec![factor]))
            }
            (ProofStep::UsePasskey { challenge, chosen }, SignInAnswer::UsePasskey(assertion)) => {
                self.assert_passkey((challenge, chosen.as_ref()), assertion, moment)
            }
            (ProofStep::Enroll { factor, .. }, SignInAnswer::RegisterPasskey(registration))
                if factor.factor_type == FactorType::WebAuthn =>
            {
                let (proof, factor) = register(self.org, &self.facts.urls, factor, registration, moment)?;
                moment.trace.event(events::enrolled(self.user));
                Ok(Proved::Method(proof, Vec::new(), vec![factor]))
            }
            _ => Err(for_other_step()),
        }
    }

    fn assert_passkey(
        self,
        (challenge, chosen): (&str, Option<&ChosenPasskey>),
        assertion: PasskeyAssertion<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<Proved, SignInProblem> {
        let factor_id = chosen.and_then(ChosenPasskey::factor_id);
        let challenge = PasskeyChallenge { challenge, factor_id, verifies_user: self.partial.verifies_user };
        let (proof, factor) = assert_passkey(self.org, &self.facts.urls, self.user, challenge, assertion, moment)?;
        moment.trace.event(events::verified(self.user, None));
        Ok(Proved::Method(proof, counted(self.user, &factor), Vec::new()))
    }

    fn enter_password(
        self,
        entered: &str,
        failed: &mut FailedSignIns,
        moment: &mut Moment<'_>,
    ) -> Result<Proved, SignInProblem> {
        let (login, if_wrong) = (&self.user.profile.login, SignInProblemKind::IncorrectPassword);
        match verify_password(self.org, login, entered, if_wrong, failed, moment) {
            // It has expired since the session began.
            Err(problem) if problem.kind == SignInProblemKind::PasswordExpired => {
                Ok(Proved::Nothing(Stage::NewPassword { user_id: self.user.id.clone() }))
            }
            verified => verified.map(|_| Proved::method(SignInMethod::Password, moment.now)),
        }
    }

    fn verify(
        self,
        factor_id: &str,
        entered: Entered<'_>,
        sent: Option<&SentCode>,
        moment: &mut Moment<'_>,
    ) -> Result<Proved, SignInProblem> {
        let mut known = self.user.active_factors();
        // It may have been removed in the meantime.
        let Some(factor) = known.find(|factor| factor.id == factor_id) else {
            return Ok(Proved::Nothing(self.at(ProofStep::Choose)));
        };
        let (method, effects) = verify(self.user, &factor, entered, sent, self.facts, moment)?;
        Ok(Proved::Method(Proof::by(method, moment.now), effects, Vec::new()))
    }

    /// What follows a proof.
    fn goes_on(
        self,
        proof: Proof,
        mut effects: Vec<SignInEffect>,
        enrolled: Vec<Factor>,
        failed: &mut FailedSignIns,
        moment: &mut Moment<'_>,
    ) -> NextStage {
        let method = proof.method;
        let mut user = self.user.clone();
        for factor in enrolled {
            effects.push(SignInEffect::Enroll { user_id: user.id.clone(), factor: factor.clone() });
            user.factors.push(factor);
        }
        let mut partial = self.partial.clone();
        // What is for recovery only proves nothing in a sign-in.
        if assurance::is_for_sign_in(self.org, method) || method == SignInMethod::Password {
            partial.proofs.retain(|proof| proof.method != method);
            partial.proofs.push(proof);
        }
        match next_stage(
            self.org,
            self.server,
            &self.transaction.purpose,
            (&user, false),
            (partial, self.facts),
            moment,
        ) {
            Ok(stage) => {
                let is_enough = matches!(stage, Stage::SignedIn(_) | Stage::PasswordWarning(_));
                if is_enough && method != SignInMethod::Password {
                    *failed = FailedSignIns::default();
                }
                Ok((stage, effects))
            }
            Err(problem) => Err((Stage::Identify, problem)),
        }
    }

    /// Counts a wrong code or answer. A signature cannot be guessed: it does not count for the lockout.
    fn count(self, problem: &SignInProblem, failed: &mut FailedSignIns, moment: &mut Moment<'_>) {
        let is_wrong = matches!(
            problem.kind,
            SignInProblemKind::WrongCode | SignInProblemKind::WrongSentCode | SignInProblemKind::WrongAnswer
        );
        if is_wrong {
            failed.add_code(&lockout(self.org, self.user), moment.now);
        }
        if is_wrong || problem.kind == SignInProblemKind::RefusedPasskey {
            moment.trace.event(events::verified(self.user, Some("INVALID_CREDENTIALS")));
        }
    }
}

fn simulated(now: i64) -> Proof {
    Proof { user_verified: true, ..Proof::by(SignInMethod::WebAuthn, now) }
}

/// The signature counter of a passkey, if it has changed.
pub(super) fn counted(user: &User, factor: &Factor) -> Vec<SignInEffect> {
    let count = |factor: &Factor| factor.credential.as_ref().map(|credential| credential.sign_count);
    let (before, after) = (user.factor(&factor.id).and_then(count), count(factor));
    let changed = after.filter(|_| before != after);
    let effect = changed.map(|sign_count| SignInEffect::CountSignature {
        user_id: user.id.clone(),
        factor_id: factor.id.clone(),
        sign_count,
    });
    effect.into_iter().collect()
}

pub(super) fn for_other_step() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::AuthenticationFailed, "the answer is for another step")
}
