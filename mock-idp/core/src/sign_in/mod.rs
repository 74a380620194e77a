//! The sign-in as a state machine over [`Transaction`]: [`options()`] says what can be done next, as data that every front end renders, and
//! [`apply`] takes one step. No step calls another: after each one the caller decides what follows from the stage.

mod answer;
mod autofill;
mod consent;
pub(crate) mod direct;
mod enrollment_key;
mod enrollments;
pub mod events;
mod factor_checks;
mod factor_states;
mod keep_signed_in;
mod messages;
mod options;
mod passkeys;
mod password;
pub mod primary;
mod problem;
mod proofs;
pub mod provider;
mod pushes;
mod recovery;
pub mod recovery_states;
mod registration;
mod security_questions;
mod sender;
mod sent_codes;
mod step_up;

pub use answer::{
    ProviderSignInChange, RecoveryAnswer, RegistrationAnswer, RejectedAnswer, SentLink, SentRecovery, SignInAnswer,
    SignInEffect, SignInFacts,
};
pub use autofill::autofill_challenge;
pub use consent::missing_consent;
pub use enrollment_key::{enrollment_image, enrollment_svg, enrollment_uri, qr_image};
pub use enrollments::of_app;
pub use factor_checks::{check_factor, check_sent, expected_answer};
pub use factor_states::{FactorState, activation, app_activation, profile};
pub use messages::recovery_denied;
pub use options::{RecoveryOption, RegistrationOption, Remediation, has_several_rows, options, routing_of};
pub use passkeys::{
    PasskeyAssertion, PasskeyChallenge, PasskeyRegistration, activation_data, assert_passkey, challenge_data,
    descriptor, passkeys, register,
};
pub use password::verify_password;
pub use problem::{SignInProblem, SignInProblemKind};
pub use pushes::{app_enrollment_message, new_app_enrollment, new_push, phone_url, push_message};
pub use recovery::{has_recoverable_status, new_token, opened, send as send_recovery};
pub use registration::registration_rules;
pub use security_questions::{SECURITY_QUESTIONS, SecurityQuestion, question_text};
pub use sent_codes::{masked_email, new_code};
pub(crate) use step_up::{RequestedAcr, StepUp, step_up};

use crate::ledger::{
    AppEnrollment, CurrentUser, ProofStep, Purpose, Recovery, RecoveryStep, SignedIn, Stage, Transaction, UserDecision,
};
use crate::model::User;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::assurance::autofills_passkeys;
use crate::protocol::Scopes;

/// The user whose password a step checks, or whom it picks.
#[must_use]
pub fn user_of_step<'o>(org: &'o Org, stage: &Stage, answer: SignInAnswer<'_>, now: i64) -> Option<&'o User> {
    match (answer, stage) {
        (SignInAnswer::Both { identifier, .. } | SignInAnswer::Pick(identifier), _) => {
            org.user_by_identifier(identifier.trim())
        }
        (SignInAnswer::Identifier(identifier), Stage::Recovery(_))
        | (SignInAnswer::Recover(RecoveryAnswer::Identifier(identifier)), _) => {
            org.user_by_identifier(identifier.trim())
        }
        (SignInAnswer::Recover(_), Stage::Challenge { identifier })
        | (
            SignInAnswer::Recover(_) | SignInAnswer::Resend,
            Stage::Recovery(Recovery { step: RecoveryStep::Code { identifier, .. }, .. }),
        ) => org.user_by_identifier(identifier),
        (SignInAnswer::Passcode(_), Stage::Challenge { identifier }) => org.user_by_identifier(identifier),
        (SignInAnswer::AtProvider(found), _) => provider::found_user(org, found, now),
        (SignInAnswer::UsePasskey(assertion), Stage::Identify) => autofill::owner(org, assertion),
        (_, Stage::MoreProofs(partial)) => org.user(&partial.user_id),
        _ => None,
    }
}

/// The factor whose one-time passwords a step checks.
#[must_use]
pub fn factor_of_step(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::MoreProofs(partial) => match &partial.step {
            ProofStep::Verify { factor_id, .. } => Some(factor_id),
            ProofStep::Enroll { factor, .. } => Some(&factor.id),
            ProofStep::Choose
            | ProofStep::EnterPassword
            | ProofStep::Wait { .. }
            | ProofStep::UsePasskey { .. }
            | ProofStep::ChooseEnrollment { .. }
            | ProofStep::EnrollApp { .. } => None,
        },
        _ => None,
    }
}

/// The push notification that a step waits for.
#[must_use]
pub fn push_of_step(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::MoreProofs(partial) => match &partial.step {
            ProofStep::Wait { push, .. } => Some(&push.id),
            ProofStep::EnrollApp { app: AppEnrollment { push: Some(push), .. }, .. } => Some(&push.id),
            _ => None,
        },
        _ => None,
    }
}

/// The key of the link that a step waits for.
#[must_use]
pub fn link_of_step(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::MoreProofs(partial) => partial.step.link(),
        _ => None,
    }
}

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
    let user = user_of_step(org, &transaction.stage, answer, moment.now);
    let mut failed = facts.failed;
    let result = match (answer, &transaction.stage) {
        (SignInAnswer::Restart, _) => Ok((Stage::Identify, Vec::new())),
        (SignInAnswer::AtProvider(found), _) => provider::sign_in(org, found, &failed, moment),
        (SignInAnswer::Consent { allowed, selected }, Stage::Consent { user }) => {
            let user = user.clone();
            let (transaction, effects) = decide(org, server, transaction, user, allowed, selected, facts);
            events::consented(org, server, transaction.purpose.client_id(), &effects, moment);
            return Ok((transaction, effects));
        }
        // The form of another page.
        (SignInAnswer::Consent { .. }, _) => Ok((Stage::Identify, Vec::new())),
        (SignInAnswer::Register(_), stage) => {
            registration::answer(org, &transaction.purpose, stage, answer, facts, moment)
        }
        (_, Stage::Registration(_)) if !begins_again(answer) => {
            registration::answer(org, &transaction.purpose, &transaction.stage, answer, facts, moment)
        }
        (SignInAnswer::Recover(RecoveryAnswer::Begin(kind)), stage) => recovery::begin(org, stage, kind, facts, moment),
        (_, Stage::Recovery(recovery)) if !matches!(answer, SignInAnswer::Both { .. } | SignInAnswer::Pick(_)) => {
            recovery::answer(org, recovery, answer, facts, moment)
        }
        (SignInAnswer::Recover(_), stage) => Err((stage.clone(), password::no_identifier())),
        (_, Stage::MoreProofs(partial)) if !begins_again(answer) => {
            proofs::answer(org, server, &transaction, partial, answer, facts, &mut failed, moment)
        }
        (SignInAnswer::Identifier(identifier), _) => password::identify(identifier),
        (SignInAnswer::NewPassword { password, repeated }, Stage::NewPassword { user_id }) => {
            password::renew(org, user_id, password, repeated, moment)
        }
        // The IDX API has one form for both.
        (SignInAnswer::Passcode(password), Stage::NewPassword { user_id }) => {
            password::renew(org, user_id, password, true, moment)
        }
        (SignInAnswer::Skip, Stage::PasswordWarning(warning)) => Ok((proofs::warned(org, warning, moment), Vec::new())),
        (SignInAnswer::NewPassword { password, repeated }, Stage::PasswordWarning(warning)) => {
            proofs::renew(org, warning, (password, repeated), moment)
        }
        // The IDX API has one form for both.
        (SignInAnswer::Passcode(password), Stage::PasswordWarning(warning)) => {
            proofs::renew(org, warning, (password, true), moment)
        }
        // Nothing is noted: the user has not seen the question.
        (SignInAnswer::Skip, Stage::KeepMeSignedIn(signed_in)) => Ok((Stage::SignedIn(signed_in.clone()), Vec::new())),
        (SignInAnswer::KeepMeSignedIn(_), Stage::KeepMeSignedIn(signed_in)) => {
            let asked = SignInEffect::AskedToStay { user_id: signed_in.user_id.clone() };
            Ok((Stage::SignedIn(signed_in.clone()), vec![asked]))
        }
        (SignInAnswer::NewPassword { .. }, _) => Err((Stage::Identify, password::no_identifier())),
        (SignInAnswer::Passcode(password), Stage::Challenge { identifier }) => {
            password::verify_alone(org, identifier, password, &mut failed, moment)
        }
        (SignInAnswer::Passcode(_), _) => Err((Stage::Identify, password::no_identifier())),
        (SignInAnswer::Both { identifier, password }, _) => {
            password::verify_both(org, identifier, password, &mut failed, moment)
        }
        (SignInAnswer::Pick(login), _) => password::pick(org, login, &failed, moment),
        (SignInAnswer::UsePasskey(assertion), stage @ Stage::Identify) if autofills_passkeys(org) => {
            autofill::sign_in(org, stage, assertion, facts, &failed, moment)
        }
        (
            SignInAnswer::Choose(_)
            | SignInAnswer::ChooseAuthenticator(_)
            | SignInAnswer::EnrollPhone { .. }
            | SignInAnswer::EnrollApp { .. }
            | SignInAnswer::Poll
            | SignInAnswer::ShowChoices
            | SignInAnswer::Resend
            | SignInAnswer::Question { .. }
            | SignInAnswer::ChoosePasskey { .. }
            | SignInAnswer::RegisterPasskey(_)
            | SignInAnswer::UsePasskey(_)
            | SignInAnswer::SimulatePasskey
            | SignInAnswer::KeepMeSignedIn(_)
            | SignInAnswer::Skip,
            stage,
        ) => Err((stage.clone(), password::no_identifier())),
    };
    let mut kept = Vec::new();
    // A step with a further proof has asked the policies already.
    let is_further =
        matches!(transaction.stage, Stage::MoreProofs(_) | Stage::PasswordWarning(_) | Stage::KeepMeSignedIn(_));
    let is_decided = is_further && !begins_again(answer);
    let result = match result {
        Ok((Stage::SignedIn(signed_in), effects)) if !is_decided => {
            let user = user_of(org, &effects, &signed_in);
            let is_new = effects.iter().any(SignInEffect::sets_password);
            match proofs::after(org, server, &transaction.purpose, (user, is_new), signed_in, moment) {
                Ok(stage) => Ok((stage, effects)),
                Err(problem) => {
                    // A new password or account stays, also where a policy denies the sign-in.
                    kept = effects;
                    Err((Stage::Identify, problem))
                }
            }
        }
        other => other,
    };
    let keeps = match (answer, &transaction.stage) {
        (SignInAnswer::KeepMeSignedIn(keeps), Stage::KeepMeSignedIn(_)) => Some(keeps),
        (SignInAnswer::Skip, Stage::KeepMeSignedIn(_)) => Some(false),
        _ => None,
    };
    let result = match result {
        Ok((Stage::SignedIn(signed_in), effects)) if keeps.is_none() => {
            let user = user_of(org, &effects, &signed_in);
            Ok((keep_signed_in::ask(org, &transaction, (user, signed_in), facts, moment), effects))
        }
        other => other,
    };
    let counted = user.filter(|_| failed != facts.failed);
    let counted = counted.map(|user| SignInEffect::FailedSignIns { user_id: user.id.clone(), failed });
    // A new password that is refused is not a failed sign-in; a sign-in that begins in place of it can be one.
    let problem = result.as_ref().err().map(|(_, problem)| problem);
    let wrong = wrong_proof(&transaction.stage, problem);
    let is_attempt = match &transaction.stage {
        Stage::NewPassword { .. }
        | Stage::PasswordWarning(_)
        | Stage::KeepMeSignedIn(_)
        | Stage::Recovery(_)
        | Stage::Registration(_) => {
            matches!(answer, SignInAnswer::Both { .. } | SignInAnswer::Pick(_) | SignInAnswer::AtProvider(_))
        }
        Stage::MoreProofs(partial) => begins_again(answer) || partial.step == ProofStep::EnterPassword,
        _ => true,
    };
    let problem = problem.filter(|_| is_attempt);
    let typed = match (answer.identifier(), &transaction.stage) {
        (Some(typed), _) => typed,
        (None, Stage::Challenge { identifier }) => identifier,
        (None, _) => "unknown",
    };
    events::answered(org, user, typed, (&facts.failed, &failed), problem, moment);
    match result {
        Ok((stage, mut effects)) => {
            effects.extend(counted);
            effects.extend(superseded_push(&transaction.stage, &stage));
            let remember = keeps.unwrap_or(transaction.remember);
            Ok((Transaction { stage, remember, ..transaction }, effects))
        }
        Err((stage, problem)) => Err(Box::new(RejectedAnswer {
            problem,
            transaction: Transaction { stage, ..transaction },
            effects: kept.into_iter().chain(counted).chain(wrong).collect(),
        })),
    }
}

/// A push notification that the sign-in waits for no longer: it cannot be answered any more.
fn superseded_push(before: &Stage, after: &Stage) -> Option<SignInEffect> {
    let id = push_of_step(before).filter(|id| push_of_step(after) != Some(id))?;
    Some(SignInEffect::WithdrawPush { id: id.to_owned() })
}

/// The user who has signed in, who may be new.
fn user_of<'a>(org: &'a Org, effects: &'a [SignInEffect], signed_in: &SignedIn) -> Option<&'a User> {
    effects.iter().find_map(SignInEffect::new_user).or_else(|| org.user(&signed_in.user_id))
}

/// Counts a wrong code or answer against the token that it was for.
fn wrong_proof(stage: &Stage, problem: Option<&SignInProblem>) -> Option<SignInEffect> {
    let is_wrong = matches!(problem?.kind, SignInProblemKind::WrongCode | SignInProblemKind::WrongAnswer);
    stage.token().filter(|_| is_wrong).map(|key| SignInEffect::CountWrong { key: key.to_owned() })
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

/// The user's answer to a request for consent, or to a device.
fn decide(
    org: &Org,
    server: &CompiledServer,
    transaction: Transaction,
    user: CurrentUser,
    allowed: bool,
    selected: &Scopes,
    facts: &SignInFacts,
) -> (Transaction, Vec<SignInEffect>) {
    let user_id = user.authentication().user_id.clone();
    let mut effects = Vec::new();
    let mut purpose = transaction.purpose;
    if let Purpose::Activate(activation) = &purpose {
        let decision =
            if allowed { UserDecision::Allowed(user.authentication().clone()) } else { UserDecision::Denied };
        effects.push(SignInEffect::DecideDevice { activation: activation.clone(), decision });
    }
    let scopes = match &purpose {
        Purpose::Activate(activation) => activation.scopes.clone(),
        _ => purpose.request().map_or_else(Scopes::default, |request| {
            consent::consented_scopes(org, server, request, &facts.consent, selected)
        }),
    };
    if allowed {
        purpose = purpose.with_consent(scopes.clone());
        effects.push(SignInEffect::GiveConsent { user_id, scopes });
    }
    (Transaction { purpose, stage: Stage::Decided { user, allowed }, ..transaction }, effects)
}
