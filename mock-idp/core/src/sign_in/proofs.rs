//! What users prove after the first step: which proofs policies demand, factors that are verified, and factors that are enrolled.

use super::answer::{SignInAnswer, SignInEffect, SignInFacts};
use super::events;
use super::password::{NextStage, locked, verify_password};
use super::problem::{SignInProblem, SignInProblemKind};
use super::security_questions::question_text;
use super::sent_codes::new_code;
use crate::ledger::{
    FailedSignIns, OneTimeToken, PartialSignIn, Proof, ProofStep, Purpose, SentCode, SignedIn, Stage, UsedCode,
};
use crate::model::{
    Factor, FactorProfile, FactorStatus, FactorType, MIN_ANSWER, SharedSecret, SignInMethod, User, is_same_answer,
};
use crate::moment::{Moment, timestamp};
use crate::org::{CompiledServer, Org};
use crate::policy::assurance::{self, Assurance, AssuranceRequest};
use crate::protocol::totp;

/// The stage of a user who has just signed in: policies may demand more. `user` may be new, and not in the org yet.
pub(super) fn after(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    user: Option<&User>,
    signed_in: SignedIn,
    moment: &mut Moment<'_>,
) -> Result<Stage, SignInProblem> {
    let user = user.ok_or_else(removed)?;
    let partial = PartialSignIn {
        began: signed_in.auth_time,
        user_id: signed_in.user_id,
        proofs: signed_in.proofs,
        session: signed_in.session,
        choices: Vec::new(),
        step: ProofStep::Choose,
    };
    next_stage(org, server, purpose, user, partial, moment)
}

/// What follows the proofs of a user.
fn next_stage(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    user: &User,
    partial: PartialSignIn,
    moment: &mut Moment<'_>,
) -> Result<Stage, SignInProblem> {
    let request = AssuranceRequest {
        user,
        client: purpose.client_id().and_then(|client_id| org.client(client_id)),
        acr_values: purpose.request().and_then(|request| request.acr_values.as_deref()),
        acr_is_voluntary: server.behavior.acr_values_are_voluntary(),
        proofs: &partial.proofs,
        began: partial.began,
        begins_session: partial.session.is_none(),
    };
    let decided = match assurance::decide(org, request, moment) {
        // The client gets the error: the sign-in itself may be allowed.
        Assurance::Denied(_) | Assurance::Unsatisfiable(_) if request.client.is_some() => {
            let alone = AssuranceRequest { client: None, acr_values: None, ..request };
            assurance::decide(org, alone, moment)
        }
        other => other,
    };
    match decided {
        Assurance::Met { .. } => Ok(enrollments_or_done(org, user, partial, moment.now)),
        Assurance::Prove(choices) => Ok(more_proofs(user, partial, choices)),
        Assurance::Enroll(choices) => Ok(enrollment(partial, choices, false)),
        Assurance::Denied(reason) | Assurance::Unsatisfiable(reason) => {
            Err(SignInProblem::new(SignInProblemKind::AccessDenied, reason))
        }
    }
}

/// The stage in which a user proves one of these methods.
#[must_use]
pub(super) fn more_proofs(user: &User, partial: PartialSignIn, choices: Vec<SignInMethod>) -> Stage {
    let step = match choices[..] {
        [only] => verification(user, only),
        _ => None,
    };
    Stage::MoreProofs(Box::new(PartialSignIn { choices, step: step.unwrap_or(ProofStep::Choose), ..partial }))
}

/// The stage in which a user enrolls one of these methods.
#[must_use]
pub(super) fn enrollment(partial: PartialSignIn, choices: Vec<SignInMethod>, optional: bool) -> Stage {
    Stage::MoreProofs(Box::new(PartialSignIn { choices, step: ProofStep::ChooseEnrollment { optional }, ..partial }))
}

/// Okta: what a policy requires to be enrolled comes after the proofs, and after it what can be enrolled as well.
fn enrollments_or_done(org: &Org, user: &User, partial: PartialSignIn, now: i64) -> Stage {
    let required = assurance::required_enrollments(org, user, &partial.proofs);
    if !required.is_empty() {
        return enrollment(partial, required, false);
    }
    if matches!(partial.step, ProofStep::Enroll { .. }) {
        let optional = assurance::optional_enrollments(org, user);
        if !optional.is_empty() {
            return enrollment(partial, optional, true);
        }
    }
    done(partial, now)
}

fn done(partial: PartialSignIn, now: i64) -> Stage {
    let PartialSignIn { user_id, proofs, session, .. } = partial;
    Stage::SignedIn(SignedIn { session, ..SignedIn::new(&user_id, now, proofs) })
}

fn verification(user: &User, method: SignInMethod) -> Option<ProofStep> {
    match method {
        SignInMethod::Password => Some(ProofStep::EnterPassword),
        other => {
            let factor = user.active_factors().find(|factor| factor.method() == Some(other));
            factor.map(|factor| ProofStep::Verify { factor_id: factor.id.clone(), sent: None })
        }
    }
}

/// The step in which the user proves a method that was chosen: a code is sent, if the method has one.
fn chosen(org: &Org, user: &User, method: SignInMethod, moment: &mut Moment<'_>) -> (ProofStep, Vec<SignInEffect>) {
    match verification(user, method) {
        Some(ProofStep::Verify { factor_id, .. }) if method.is_sent() => {
            let (sent, message) = new_code(org, user, method, moment);
            (ProofStep::Verify { factor_id, sent: Some(sent) }, vec![SignInEffect::SendMessage(Box::new(message))])
        }
        other => (other.unwrap_or(ProofStep::Choose), Vec::new()),
    }
}

/// Takes a step of a user who has proved something.
#[expect(clippy::too_many_arguments, reason = "the parts of one step")]
pub(super) fn answer(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    partial: &PartialSignIn,
    answer: SignInAnswer<'_>,
    facts: &SignInFacts,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> NextStage {
    let user = org.user(&partial.user_id).filter(|user| user.status.may_hold_tokens());
    let Some(user) = user else { return Err((Stage::Identify, removed())) };
    let again = |problem| Err((Stage::MoreProofs(Box::new(partial.clone())), problem));
    let at = |step| Stage::MoreProofs(Box::new(PartialSignIn { step, ..partial.clone() }));
    if failed.lock(&org.settings().lockout, moment.now) {
        return Err((Stage::Identify, locked(org, user, "is locked by wrong passwords and codes", moment)));
    }
    let entered = match answer {
        SignInAnswer::ShowChoices => return Ok((at(partial.step.choices()), Vec::new())),
        SignInAnswer::Choose(method) if !partial.choices.contains(&method) => {
            return again(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "this method is not offered"));
        }
        SignInAnswer::Choose(method) => {
            let (step, effects) = match partial.step.optional_enrollment() {
                Some(optional) => (ProofStep::Enroll { factor: new_factor(method, moment), optional }, Vec::new()),
                None => chosen(org, user, method, moment),
            };
            return Ok((at(step), effects));
        }
        SignInAnswer::Resend => {
            let Some(method) = partial.step.sent_method(user) else {
                return again(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "no code has been sent"));
            };
            let (step, effects) = chosen(org, user, method, moment);
            return Ok((at(step), effects));
        }
        SignInAnswer::Skip if partial.step.optional_enrollment() == Some(true) => {
            return Ok((done(partial.clone(), moment.now), Vec::new()));
        }
        SignInAnswer::Passcode(entered) => Entered { passcode: entered, key: "", text: "" },
        SignInAnswer::Question { key, text, answer } => Entered { passcode: answer, key, text },
        _ => {
            return again(SignInProblem::new(
                SignInProblemKind::AuthenticationFailed,
                "the answer is for another step",
            ));
        }
    };
    let proved = match &partial.step {
        ProofStep::EnterPassword => {
            let (login, if_wrong) = (&user.profile.login, SignInProblemKind::IncorrectPassword);
            verify_password(org, login, entered.passcode, if_wrong, failed, moment)
                .map(|_| (SignInMethod::Password, Vec::new(), None))
        }
        ProofStep::Verify { factor_id, sent } => {
            match user.active_factors().find(|factor| factor.id == *factor_id) {
                Some(factor) => {
                    let verified = verify(user, &factor, entered, sent.as_ref(), facts, moment);
                    verified.map(|(method, effects)| (method, effects, None))
                }
                // It has been removed in the meantime.
                None => return Ok((at(ProofStep::Choose), Vec::new())),
            }
        }
        ProofStep::Enroll { factor, .. } => enroll(user, factor, entered, facts, moment),
        ProofStep::Choose | ProofStep::ChooseEnrollment { .. } => {
            return again(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "no method has been chosen"));
        }
    };
    match proved {
        Ok((method, mut effects, enrolled)) => {
            let mut user = user.clone();
            if let Some(factor) = enrolled {
                effects.push(SignInEffect::Enroll { user_id: user.id.clone(), factor: factor.clone() });
                user.factors.push(factor);
            }
            let mut partial = partial.clone();
            // What is for recovery only proves nothing in a sign-in.
            if assurance::is_for_sign_in(org, method) || method == SignInMethod::Password {
                partial.proofs.retain(|proof| proof.method != method);
                partial.proofs.push(Proof { method, at: moment.now });
            }
            match next_stage(org, server, purpose, &user, partial, moment) {
                Ok(stage) => {
                    if matches!(stage, Stage::SignedIn(_)) && method != SignInMethod::Password {
                        *failed = FailedSignIns::default();
                    }
                    Ok((stage, effects))
                }
                Err(problem) => Err((Stage::Identify, problem)),
            }
        }
        Err(problem) => {
            if matches!(problem.kind, SignInProblemKind::WrongCode | SignInProblemKind::WrongAnswer) {
                failed.add_code(&org.settings().lockout, moment.now);
                moment.trace.event(events::verified(user, Some("INVALID_CREDENTIALS")));
            }
            again(problem)
        }
    }
}

/// What the fields of a step hold.
#[derive(Clone, Copy)]
struct Entered<'a> {
    passcode: &'a str,
    /// The key and the text of a question.
    key: &'a str,
    text: &'a str,
}

impl ProofStep {
    /// The step in which the user chooses.
    fn choices(&self) -> Self {
        match self.optional_enrollment() {
            Some(optional) => Self::ChooseEnrollment { optional },
            None => Self::Choose,
        }
    }

    /// The method whose code was sent in the step.
    fn sent_method(&self, user: &User) -> Option<SignInMethod> {
        let Self::Verify { factor_id, .. } = self else { return None };
        let method = user.active_factors().find(|factor| factor.id == *factor_id)?.method()?;
        method.is_sent().then_some(method)
    }

    /// Whether the enrollment of the step is optional; `None`: it is no enrollment.
    fn optional_enrollment(&self) -> Option<bool> {
        match self {
            Self::ChooseEnrollment { optional } | Self::Enroll { optional, .. } => Some(*optional),
            Self::Choose | Self::EnterPassword | Self::Verify { .. } => None,
        }
    }
}

type Verified = (SignInMethod, Vec<SignInEffect>);

/// Checks what a user has entered for a factor.
fn verify(
    user: &User,
    factor: &Factor,
    entered: Entered<'_>,
    sent: Option<&SentCode>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<Verified, SignInProblem> {
    let used = if factor.method().is_some_and(SignInMethod::is_sent) {
        check_sent(sent, entered.passcode, moment.now)?;
        None
    } else {
        check_factor(factor, entered.passcode, facts.used_code, moment.now)?
    };
    let method = factor.method().ok_or_else(removed)?;
    moment.trace.event(events::verified(user, None));
    Ok((method, used.map(|used| use_code(factor, used)).into_iter().collect()))
}

/// Checks a code that was sent.
fn check_sent(sent: Option<&SentCode>, entered: &str, now: i64) -> Result<(), SignInProblem> {
    let problem = |kind, reason: &str| Err(SignInProblem::new(kind, reason));
    match sent {
        _ if entered.is_empty() => problem(SignInProblemKind::MissingPassword, "nothing was entered"),
        Some(sent) if sent.hash != OneTimeToken::hash(entered.trim()) => {
            problem(SignInProblemKind::WrongCode, "another code was sent")
        }
        Some(sent) if now >= sent.expires => problem(SignInProblemKind::WrongCode, "the code is too old"),
        Some(_) => Ok(()),
        None => problem(SignInProblemKind::WrongCode, "no code has been sent"),
    }
}

/// Checks a passcode or an answer. Returns the one-time password that has been used by it.
///
/// # Errors
/// It is wrong, or was used before.
pub fn check_factor(
    factor: &Factor,
    entered: &str,
    used: Option<UsedCode>,
    now: i64,
) -> Result<Option<UsedCode>, SignInProblem> {
    let problem = |kind, reason: &str| Err(SignInProblem::new(kind, reason));
    if entered.is_empty() {
        return problem(SignInProblemKind::MissingPassword, "nothing was entered");
    }
    if factor.factor_type == FactorType::Question {
        let right = factor.profile.answer.as_deref().is_some_and(|answer| is_same_answer(answer, entered));
        if right {
            return Ok(None);
        }
        // Okta: that of a recovery question has another code.
        let problem = SignInProblem::new(SignInProblemKind::WrongAnswer, "the answer is another one");
        return Err(SignInProblem { okta_code: "E0000068".to_owned(), ..problem });
    }
    let key = factor.shared_secret.as_ref().and_then(SharedSecret::bytes).unwrap_or_default();
    match totp::matching_step(&key, entered.trim(), now) {
        None => {
            problem(SignInProblemKind::WrongCode, "it is neither the code of this half minute nor of its neighbours")
        }
        Some(step) if used.is_some_and(|used| step <= used.step) => {
            problem(SignInProblemKind::UsedCode, "this code, or a later one, has been used before")
        }
        Some(step) => Ok(Some(UsedCode { step })),
    }
}

fn use_code(factor: &Factor, used: UsedCode) -> SignInEffect {
    SignInEffect::UseCode { factor_id: factor.id.clone(), used }
}

/// A factor that is not active yet.
fn new_factor(method: SignInMethod, moment: &mut Moment<'_>) -> Factor {
    let (factor_type, provider) = Factor::kind_of(method);
    Factor::pending(factor_type, provider, moment)
}

/// Completes an enrollment.
fn enroll(
    user: &User,
    factor: &Factor,
    entered: Entered<'_>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(SignInMethod, Vec<SignInEffect>, Option<Factor>), SignInProblem> {
    let mut factor = factor.clone();
    let mut effects = Vec::new();
    if factor.factor_type == FactorType::Question {
        let answer = entered.passcode.trim();
        let text = question_text(entered.key).unwrap_or(entered.text).trim();
        if text.is_empty() {
            return Err(SignInProblem::new(SignInProblemKind::MissingIdentifier, "no question was chosen"));
        }
        if answer.chars().count() < MIN_ANSWER {
            return Err(SignInProblem::new(SignInProblemKind::ShortAnswer, "the answer has too few characters"));
        }
        let key = if question_text(entered.key).is_some() { entered.key } else { "custom" };
        factor.profile = FactorProfile {
            question: Some(key.to_owned()),
            question_text: Some(text.to_owned()),
            answer: Some(answer.to_owned()),
        };
    } else {
        let used = check_factor(&factor, entered.passcode, facts.used_code, moment.now)?;
        effects.extend(used.map(|used| use_code(&factor, used)));
    }
    factor.status = FactorStatus::Active;
    let now = timestamp(moment.now);
    (factor.created, factor.last_updated) = (Some(now.clone()), Some(now));
    let method = factor.method().ok_or_else(removed)?;
    moment.trace.event(events::enrolled(user));
    Ok((method, effects, Some(factor)))
}

/// What the user of a factor would answer now: for development pages and previews.
#[must_use]
pub fn expected_answer(factor: &Factor, now: i64) -> Option<String> {
    match &factor.shared_secret {
        Some(secret) => secret.bytes().map(|key| totp::code(&key, totp::step_at(now))),
        None => factor.profile.answer.clone(),
    }
}

fn removed() -> SignInProblem {
    SignInProblem::new(
        SignInProblemKind::AuthenticationFailed,
        "the user has been removed, or may not sign in any more",
    )
}
