//! One step of a sign-in, whatever its stage.

use super::answer::{RecoveryAnswer, RegistrationAnswer, RejectedAnswer, SignInAnswer, SignInEffect, SignInFacts};
use super::factor_checks::removed;
use super::password::NextStage;
use super::problem::{SignInProblem, SignInProblemKind};
use super::proofs::ProvingUser;
use super::step_records::{push_of_step, user_of_step};
use super::{
    after_proofs, autofill, consent, events, keep_signed_in, password, profile_update, provider, recovery, registration,
};
use crate::ledger::{FailedSignIns, ProofStep, SignedIn, Stage, Transaction};
use crate::model::User;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::assurance::{autofills_passkeys, second_authenticator};
use crate::policy::session;

/// Takes a step of a transaction.
///
/// # Errors
/// The answer is rejected.
pub fn apply(
    org: &Org,
    server: &CompiledServer,
    transaction: Transaction,
    answer: SignInAnswer<'_>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(Transaction, Vec<SignInEffect>), Box<RejectedAnswer>> {
    let answer = match (answer, &transaction.stage) {
        // The IDX API has one form for both questions.
        (SignInAnswer::Question { answer, .. }, Stage::Recovery(_)) => {
            SignInAnswer::Recover(RecoveryAnswer::Answer(answer))
        }
        (answer, _) => answer,
    };
    if let (SignInAnswer::Consent { allowed, selected }, Stage::Consent { user }) = (answer, &transaction.stage) {
        let user = user.clone();
        let (transaction, effects) = consent::decide(org, server, transaction, user, (allowed, selected), facts);
        events::consented(org, server, transaction.purpose.client_id(), &effects, moment);
        return Ok((transaction, effects));
    }
    let step = Step { org, server, transaction: &transaction, answer, facts };
    let user = user_of_step(org, &transaction.stage, answer, moment.now);
    let mut failed = facts.failed;
    let result = step.end_sessions(step.take(&mut failed, moment));
    let (result, kept) = step.ask_policies(result, moment);
    let result = step.ask_for_profile(result, moment);
    let result = step.ask_to_stay(result, moment);
    step.log(user, &failed, result.as_ref().err().map(|(_, problem)| problem), moment);
    let counted = user.filter(|_| failed != facts.failed);
    let counted = counted.map(|user| SignInEffect::FailedSignIns { user_id: user.id.clone(), failed });
    match result {
        Ok((stage, mut effects)) => {
            effects.extend(counted);
            effects.extend(superseded_push(&transaction.stage, &stage));
            let remember = step.stays_signed_in().unwrap_or(transaction.remember);
            effects.extend(step.remembered_device(&stage, remember, moment));
            Ok((Transaction { stage, remember, ..transaction }, effects))
        }
        Err((stage, problem)) => {
            let wrong = wrong_proof(&transaction.stage, &problem);
            let effects = kept.into_iter().chain(counted).chain(wrong).collect();
            Err(Box::new(RejectedAnswer { problem, transaction: Transaction { stage, ..transaction }, effects }))
        }
    }
}

/// A step, and what it depends on.
#[derive(Clone, Copy)]
struct Step<'a> {
    org: &'a Org,
    server: &'a CompiledServer,
    transaction: &'a Transaction,
    answer: SignInAnswer<'a>,
    facts: &'a SignInFacts,
}

impl Step<'_> {
    /// What follows from the answer alone. `failed`: what is stored about wrong passwords and codes; it is changed.
    fn take(self, failed: &mut FailedSignIns, moment: &mut Moment<'_>) -> NextStage {
        let Self { org, server, transaction, answer, facts } = self;
        let (purpose, stage) = (&transaction.purpose, &transaction.stage);
        match (answer, stage) {
            // A consent that the stage does not ask for is the form of another page.
            (SignInAnswer::Restart | SignInAnswer::Consent { .. }, _) => Ok((Stage::Identify, Vec::new())),
            (SignInAnswer::AtProvider(found), _) => provider::sign_in(org, found, failed, moment),
            (SignInAnswer::Register(RegistrationAnswer::Profile(given)), Stage::ProfileUpdate(signed_in)) => {
                profile_update::answer(org, purpose, signed_in, given, moment)
            }
            (SignInAnswer::Register(_), _) => registration::answer(org, purpose, stage, answer, facts, moment),
            (_, Stage::Registration(_)) if !begins_again(answer) => {
                registration::answer(org, purpose, stage, answer, facts, moment)
            }
            (SignInAnswer::Recover(RecoveryAnswer::Begin(kind)), _) => recovery::begin(org, stage, kind, facts, moment),
            (_, Stage::Recovery(recovery)) if !matches!(answer, SignInAnswer::Both { .. } | SignInAnswer::Pick(_)) => {
                recovery::answer(org, recovery, answer, facts, moment)
            }
            (SignInAnswer::Recover(_), _) => Err((stage.clone(), password::no_identifier())),
            (_, Stage::MoreProofs(partial)) if !begins_again(answer) => {
                match ProvingUser::of(org, server, (transaction, partial), facts) {
                    Some(user) => user.answer(answer, failed, moment),
                    None => Err((Stage::Identify, removed())),
                }
            }
            (SignInAnswer::Identifier(identifier), _) => password::identify(identifier),
            (SignInAnswer::Both { identifier, password }, _) => {
                password::verify_both(org, identifier, password, failed, moment)
            }
            (SignInAnswer::Pick(login), _) => password::pick(org, login, failed, moment),
            (SignInAnswer::Passcode(password), Stage::Challenge { identifier }) => {
                password::verify_alone(org, identifier, password, failed, moment)
            }
            (SignInAnswer::UsePasskey(assertion), Stage::Identify) if autofills_passkeys(org) => {
                autofill::sign_in(org, stage, assertion, facts, failed, moment)
            }
            (SignInAnswer::Skip, Stage::PasswordWarning(warning)) => {
                Ok((after_proofs::warned(org, warning, facts, moment), Vec::new()))
            }
            // Nothing is noted: the user has not seen the question.
            (SignInAnswer::Skip, Stage::KeepMeSignedIn(signed_in)) => {
                Ok((Stage::SignedIn(signed_in.clone()), Vec::new()))
            }
            (SignInAnswer::KeepMeSignedIn(_), Stage::KeepMeSignedIn(signed_in)) => {
                let asked = SignInEffect::AskedToStay { user_id: signed_in.user_id.clone() };
                Ok((Stage::SignedIn(signed_in.clone()), vec![asked]))
            }
            _ => self.choose_password(moment),
        }
    }

    /// Ends the sessions of a user who wants that together with a new password.
    fn end_sessions(self, mut result: NextStage) -> NextStage {
        if let (SignInAnswer::NewPassword { ends_sessions: true, .. }, Ok((_, effects))) = (self.answer, &mut result) {
            let user = effects.iter().find_map(|effect| match effect {
                SignInEffect::SetPassword { user_id, .. } => Some(user_id.clone()),
                _ => None,
            });
            effects.extend(user.map(|user_id| SignInEffect::EndSessions { user_id }));
        }
        result
    }

    /// A new password, where the stage asks for one.
    fn choose_password(self, moment: &mut Moment<'_>) -> NextStage {
        let Self { org, transaction, answer, facts, .. } = self;
        let stage = &transaction.stage;
        match (answer.new_password(), stage) {
            (Some((entered, repeated)), Stage::NewPassword { user_id }) => {
                password::renew(org, user_id, entered, repeated, moment)
            }
            (Some(entered), Stage::PasswordWarning(warning)) => {
                after_proofs::renew(org, warning, entered, facts, moment)
            }
            (Some(_), _) => Err((Stage::Identify, password::no_identifier())),
            (None, _) => Err((stage.clone(), password::no_identifier())),
        }
    }

    /// Asks the policies about a user who has signed in by the first steps: they may demand more. Returns also what is stored where they
    /// deny the sign-in: a new password or account stays.
    fn ask_policies(self, result: NextStage, moment: &mut Moment<'_>) -> (NextStage, Vec<SignInEffect>) {
        let Self { org, server, transaction, answer, facts } = self;
        // A step with a further proof has asked them already.
        let is_further = matches!(
            transaction.stage,
            Stage::MoreProofs(_) | Stage::PasswordWarning(_) | Stage::ProfileUpdate(_) | Stage::KeepMeSignedIn(_)
        );
        match result {
            Ok((Stage::SignedIn(signed_in), effects)) if !is_further || begins_again(answer) => {
                let user = user_of(org, &effects, &signed_in);
                let is_new = effects.iter().any(SignInEffect::sets_password);
                match after_proofs::after(org, server, &transaction.purpose, (user, is_new), signed_in, facts, moment) {
                    Ok(stage) => (Ok((stage, effects)), Vec::new()),
                    Err(problem) => (Err((Stage::Identify, problem)), effects),
                }
            }
            other => (other, Vec::new()),
        }
    }

    /// Asks a user who has authenticated for what the profile lacks.
    fn ask_for_profile(self, result: NextStage, moment: &mut Moment<'_>) -> NextStage {
        let Self { org, transaction, .. } = self;
        match result {
            Ok((Stage::SignedIn(signed_in), effects)) if self.stays_signed_in().is_none() => {
                let user = user_of(org, &effects, &signed_in);
                let stage = profile_update::ask(org, &transaction.purpose, (user, signed_in), moment);
                Ok((stage, effects))
            }
            other => other,
        }
    }

    /// Asks a user who has authenticated whether to stay signed in, where the app wants it.
    fn ask_to_stay(self, result: NextStage, moment: &mut Moment<'_>) -> NextStage {
        let Self { org, transaction, facts, .. } = self;
        match result {
            Ok((Stage::SignedIn(signed_in), effects)) if self.stays_signed_in().is_none() => {
                let user = user_of(org, &effects, &signed_in);
                Ok((keep_signed_in::ask(org, transaction, (user, signed_in), facts, moment), effects))
            }
            other => other,
        }
    }

    /// What the user has answered to that question.
    fn stays_signed_in(self) -> Option<bool> {
        match (self.answer, &self.transaction.stage) {
            (SignInAnswer::KeepMeSignedIn(stays), Stage::KeepMeSignedIn(_)) => Some(stays),
            (SignInAnswer::Skip, Stage::KeepMeSignedIn(_)) => Some(false),
            _ => None,
        }
    }

    /// Notes the browser of a user who has proved a second authenticator, where the policy does not ask for one there again.
    fn remembered_device(self, stage: &Stage, remember: bool, moment: &mut Moment<'_>) -> Option<SignInEffect> {
        let Stage::SignedIn(signed_in) = stage else { return None };
        if signed_in.session.is_some() || !session::remembers_devices(self.org) {
            return None;
        }
        let user = self.org.user(&signed_in.user_id)?;
        let memory = session::device_memory(self.org, (user, signed_in.idp.as_deref()), moment)?;
        let at = second_authenticator(&signed_in.proofs).filter(|_| remember || memory.by_default)?;
        Some(SignInEffect::RememberDevice { user_id: user.id.clone(), at })
    }

    /// Adds the events of the step.
    fn log(
        self,
        user: Option<&User>,
        failed: &FailedSignIns,
        problem: Option<&SignInProblem>,
        moment: &mut Moment<'_>,
    ) {
        let Self { org, transaction, answer, facts, .. } = self;
        // A new password that is refused is not a failed sign-in; a sign-in that begins in place of it can be one.
        let is_attempt = match &transaction.stage {
            Stage::NewPassword { .. }
            | Stage::PasswordWarning(_)
            | Stage::ProfileUpdate(_)
            | Stage::KeepMeSignedIn(_)
            | Stage::Recovery(_)
            | Stage::Registration(_) => {
                matches!(answer, SignInAnswer::Both { .. } | SignInAnswer::Pick(_) | SignInAnswer::AtProvider(_))
            }
            Stage::MoreProofs(partial) => begins_again(answer) || partial.step == ProofStep::EnterPassword,
            _ => true,
        };
        let typed = match (answer.identifier(), &transaction.stage) {
            (Some(typed), _) => typed,
            (None, Stage::Challenge { identifier }) => identifier,
            (None, _) => "unknown",
        };
        events::answered(org, user, typed, (&facts.failed, failed), problem.filter(|_| is_attempt), moment);
    }
}

/// Whether an answer belongs to the first steps.
fn begins_again(answer: SignInAnswer<'_>) -> bool {
    matches!(
        answer,
        SignInAnswer::Restart
            | SignInAnswer::Identifier(_)
            | SignInAnswer::Both { .. }
            | SignInAnswer::Pick(_)
            | SignInAnswer::AtProvider(_)
    )
}

/// The user who has signed in, who may be new.
fn user_of<'a>(org: &'a Org, effects: &'a [SignInEffect], signed_in: &SignedIn) -> Option<&'a User> {
    effects.iter().find_map(SignInEffect::new_user).or_else(|| org.user(&signed_in.user_id))
}

/// A push notification that the sign-in waits for no longer: it cannot be answered any more.
fn superseded_push(before: &Stage, after: &Stage) -> Option<SignInEffect> {
    let id = push_of_step(before).filter(|id| push_of_step(after) != Some(id))?;
    Some(SignInEffect::WithdrawPush { id: id.to_owned() })
}

/// Counts a wrong code or answer against the token that it was for.
fn wrong_proof(stage: &Stage, problem: &SignInProblem) -> Option<SignInEffect> {
    let is_wrong = matches!(problem.kind, SignInProblemKind::WrongCode | SignInProblemKind::WrongAnswer);
    stage.token().filter(|_| is_wrong).map(|key| SignInEffect::CountWrong { key: key.to_owned() })
}
