//! What users prove after the first step: which proofs policies demand, factors that are verified, and factors that are enrolled.

use super::answer::{SignInAnswer, SignInEffect, SignInFacts};
use super::enrollments;
use super::events;
use super::factor_checks::{Entered, removed, verify};
use super::options::has_several_rows;
use super::passkeys::{PasskeyChallenge, assert_passkey, passkeys, register};
use super::password::{NextStage, choose, locked, verify_password};
use super::problem::{SignInProblem, SignInProblemKind};
use super::sender::{Sender, verification};
use crate::ledger::{
    AppChannel, AppEnrollment, ChosenPasskey, FailedSignIns, MagicLinkState, PartialSignIn, PasswordWarning, Proof,
    ProofStep, Purpose, PushResult, SentPush, SignedIn, Stage, Transaction,
};
use crate::model::{Factor, FactorStatus, FactorType, SignInMethod, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::assurance::{self, Assurance, AssuranceRequest, NextProof};
use crate::policy::password::{PasswordAge, age};
use crate::policy::password_rules::lockout;
use crate::protocol::webauthn;
use crate::trace::NoteStatus;

/// The stage of a user who has just signed in: policies may demand more. `user` may be new, and not in the org yet; so may the password.
pub(super) fn after(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    (user, is_new): (Option<&User>, bool),
    signed_in: SignedIn,
    moment: &mut Moment<'_>,
) -> Result<Stage, SignInProblem> {
    let user = user.ok_or_else(removed)?;
    let partial = PartialSignIn {
        began: signed_in.auth_time,
        user_id: signed_in.user_id,
        proofs: signed_in.proofs,
        idp: signed_in.idp,
        session: signed_in.session,
        warned: false,
        choices: Vec::new(),
        verifies_user: false,
        step: ProofStep::Choose,
    };
    next_stage(org, server, purpose, (user, is_new), partial, moment)
}

/// What follows the proofs of a user.
fn next_stage(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    (user, is_new): (&User, bool),
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
        idp: partial.idp.as_deref(),
        has_provider: false,
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
        Assurance::Met { .. } => Ok(match days_left(org, purpose, user, &partial, moment.now).filter(|_| !is_new) {
            Some(days) => {
                moment.trace.note(NoteStatus::Matched, "password", format!("it expires in {days} days"));
                Stage::PasswordWarning(Box::new(PasswordWarning { partial, days }))
            }
            None => enrollments_or_done(org, user, partial, moment.now),
        }),
        Assurance::Prove(next) => Ok(more_proofs(user, partial, next, moment)),
        Assurance::Enroll(choices) => Ok(enrollment(partial, choices, false)),
        Assurance::Denied(reason) | Assurance::Unsatisfiable(reason) => {
            Err(SignInProblem::new(SignInProblemKind::AccessDenied, reason))
        }
    }
}

/// The stage in which a user proves one of these methods.
#[must_use]
pub(super) fn more_proofs(
    user: &User,
    partial: PartialSignIn,
    NextProof { methods: choices, verifies_user }: NextProof,
    moment: &mut Moment<'_>,
) -> Stage {
    let only = choices.first().filter(|_| !has_several_rows(&choices));
    let step = only.and_then(|only| verification(user, *only, moment));
    let step = step.unwrap_or(ProofStep::Choose);
    Stage::MoreProofs(Box::new(PartialSignIn { choices, verifies_user, step, ..partial }))
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
    if matches!(partial.step, ProofStep::Enroll { .. } | ProofStep::EnrollApp { .. }) {
        let optional = assurance::optional_enrollments(org, user);
        if !optional.is_empty() {
            return enrollment(partial, optional, true);
        }
    }
    done(partial, now)
}

/// In how many days the password of a user expires who has just entered it, and has to be warned.
fn days_left(org: &Org, purpose: &Purpose, user: &User, partial: &PartialSignIn, now: i64) -> Option<i64> {
    let entered = |proof: &Proof| proof.method == SignInMethod::Password && proof.at >= partial.began;
    let is_known = partial.session.is_some() || partial.idp.is_some() || partial.warned;
    if is_known || !partial.proofs.iter().any(entered) {
        return None;
    }
    match (purpose, age(org, user, now)) {
        (Purpose::Authn { warns: false, .. }, _) => None,
        (_, PasswordAge::ExpiresIn { days }) => Some(days),
        _ => None,
    }
}

/// What follows a warning that the user has seen.
pub(super) fn warned(org: &Org, warning: &PasswordWarning, moment: &Moment<'_>) -> Stage {
    let partial = PartialSignIn { warned: true, ..warning.partial.clone() };
    match org.user(&partial.user_id).filter(|user| user.status.may_hold_tokens()) {
        Some(user) => enrollments_or_done(org, user, partial, moment.now),
        None => Stage::Identify,
    }
}

/// A new password in place of one that expires soon.
pub(super) fn renew(
    org: &Org,
    warning: &PasswordWarning,
    (entered, repeated): (&str, bool),
    moment: &mut Moment<'_>,
) -> NextStage {
    let asked = || Stage::PasswordWarning(Box::new(warning.clone()));
    let user = org.user(&warning.partial.user_id).filter(|user| user.status.may_hold_tokens());
    let Some(user) = user else { return Err((Stage::Identify, removed())) };
    match choose(org, user, (entered, repeated), moment) {
        Ok((_, effects)) => Ok((warned(org, warning, moment), effects)),
        Err(problem) => Err((asked(), problem)),
    }
}

fn done(partial: PartialSignIn, now: i64) -> Stage {
    let PartialSignIn { user_id, proofs, idp, session, .. } = partial;
    Stage::SignedIn(SignedIn { idp, session, ..SignedIn::new(&user_id, now, proofs) })
}

/// Takes a step of a user who has proved something.
#[expect(clippy::too_many_arguments, reason = "the parts of one step")]
pub(super) fn answer(
    org: &Org,
    server: &CompiledServer,
    transaction: &Transaction,
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
    if failed.lock(&lockout(org, user), moment.now) {
        return Err((Stage::Identify, locked(org, user, "is locked by wrong passwords and codes", moment)));
    }
    let purpose = &transaction.purpose;
    let sender = Sender { org, user, purpose, browser: transaction.browser.as_deref() };
    let replaced = || partial.step.link().map(|key| SignInEffect::ReplaceLink { key: key.to_owned() });
    let entered = match answer {
        SignInAnswer::ShowChoices => return Ok((at(partial.step.choices()), replaced().into_iter().collect())),
        SignInAnswer::Choose(method) | SignInAnswer::EnrollPhone { method, .. }
            if !partial.choices.contains(&method) =>
        {
            return again(not_offered());
        }
        SignInAnswer::Choose(method) => {
            let (step, effects) = match partial.step.optional_enrollment() {
                Some(_) if method == SignInMethod::OktaVerifyPush => {
                    return begin_app((org, facts), user, partial, (AppChannel::QrCode, None), moment);
                }
                Some(optional) => (enrollments::begin(method, optional, moment), Vec::new()),
                None => sender.chosen(method, moment),
            };
            return Ok((at(step), effects.into_iter().chain(replaced()).collect()));
        }
        SignInAnswer::ChoosePasskey { factor_id } => {
            let is_wanted = |factor: &Factor| factor_id.is_none_or(|id| id == factor.id);
            let is_offered = partial.choices.contains(&SignInMethod::WebAuthn) && passkeys(user).any(is_wanted);
            if !is_offered || partial.step.optional_enrollment().is_some() {
                return again(not_offered());
            }
            let challenge = webauthn::new_challenge(moment);
            let chosen = factor_id.map_or(ChosenPasskey::Any, |id| ChosenPasskey::One(id.to_owned()));
            return Ok((at(ProofStep::UsePasskey { challenge, chosen: Some(chosen) }), Vec::new()));
        }
        SignInAnswer::ChooseAuthenticator(method) => {
            let offered = partial.choices.iter().copied().find(|offered| offered.shares_authenticator(method));
            let Some(method) = offered else { return again(not_offered()) };
            let step = match partial.step.optional_enrollment() {
                Some(optional) => enrollments::begin(method, optional, moment),
                None => verification(user, method, moment).unwrap_or(ProofStep::Choose),
            };
            return Ok((at(step), replaced().into_iter().collect()));
        }
        SignInAnswer::EnrollApp { channel, address } => {
            return begin_app((org, facts), user, partial, (channel, address), moment);
        }
        SignInAnswer::EnrollPhone { method, number } => {
            let Some(optional) = partial.step.optional_enrollment().filter(|_| method.is_phone()) else {
                return again(other_step());
            };
            return match enrollments::begin_phone(org, user, method, number, optional, moment) {
                Ok((step, effects)) => Ok((at(step), effects)),
                Err(problem) => Err((at(enrollments::begin(method, optional, moment)), problem)),
            };
        }
        SignInAnswer::Resend => {
            if let ProofStep::EnrollApp { app, .. } = &partial.step {
                return begin_app((org, facts), user, partial, (app.channel, app.address.as_deref()), moment);
            }
            return match sender.resend(&partial.step, moment) {
                Some((step, effects)) => Ok((at(step), effects.into_iter().chain(replaced()).collect())),
                None => again(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "no code has been sent")),
            };
        }
        SignInAnswer::Poll => match &partial.step {
            ProofStep::Wait { factor_id, push } => {
                // Okta: a notification that is gone has timed out.
                let known = facts.push.as_ref().map(|push| push.result(moment.now));
                match known.unwrap_or(PushResult::TimedOut) {
                    PushResult::Approved => Entered::default(),
                    result => {
                        if result == PushResult::Rejected && push.result != result {
                            moment.trace.event(events::verified(user, Some("INVALID_CREDENTIALS")));
                        }
                        let push = SentPush { result, ..push.clone() };
                        return Ok((at(ProofStep::Wait { factor_id: factor_id.clone(), push }), Vec::new()));
                    }
                }
            }
            ProofStep::EnrollApp { factor, optional, app } => {
                let Some(push) = &app.push else { return Ok((at(partial.step.clone()), Vec::new())) };
                let known = facts.push.as_ref().map(|push| push.result(moment.now));
                match known.unwrap_or(PushResult::TimedOut) {
                    PushResult::Approved => Entered::default(),
                    result => {
                        let push = Some(SentPush { result, ..push.clone() });
                        let app = AppEnrollment { push, ..app.clone() };
                        let (factor, optional) = (factor.clone(), *optional);
                        return Ok((at(ProofStep::EnrollApp { factor, optional, app }), Vec::new()));
                    }
                }
            }
            step if step.link().is_some() && has_opened(facts) => Entered::default(),
            step => return Ok((at(step.clone()), Vec::new())),
        },
        SignInAnswer::Skip if partial.step.optional_enrollment() == Some(true) => {
            return Ok((done(partial.clone(), moment.now), Vec::new()));
        }
        SignInAnswer::RegisterPasskey(_) | SignInAnswer::UsePasskey(_) | SignInAnswer::SimulatePasskey => {
            Entered::default()
        }
        SignInAnswer::Passcode(entered) => Entered { passcode: entered, ..Entered::default() },
        SignInAnswer::Question { key, text, answer } => Entered { passcode: answer, key, text },
        _ => return again(other_step()),
    };
    let proved = match &partial.step {
        ProofStep::UsePasskey { .. } if matches!(answer, SignInAnswer::SimulatePasskey) => {
            Ok((simulated(moment.now), Vec::new(), Vec::new()))
        }
        ProofStep::Enroll { factor, .. } if matches!(answer, SignInAnswer::SimulatePasskey) => {
            let factor = Factor { status: FactorStatus::Active, ..(**factor).clone() };
            Ok((simulated(moment.now), Vec::new(), vec![factor]))
        }
        ProofStep::UsePasskey { challenge, chosen } => {
            let SignInAnswer::UsePasskey(assertion) = answer else { return again(other_step()) };
            let factor_id = chosen.as_ref().and_then(ChosenPasskey::factor_id);
            let challenge = PasskeyChallenge { challenge, factor_id, verifies_user: partial.verifies_user };
            assert_passkey(org, &facts.urls, user, challenge, assertion, moment).map(|(proof, factor)| {
                moment.trace.event(events::verified(user, None));
                (proof, counted(user, &factor), Vec::new())
            })
        }
        ProofStep::Enroll { factor, .. } if factor.factor_type == FactorType::WebAuthn => {
            let SignInAnswer::RegisterPasskey(registration) = answer else { return again(other_step()) };
            register(org, &facts.urls, factor, registration, moment).map(|(proof, factor)| {
                moment.trace.event(events::enrolled(user));
                (proof, Vec::new(), vec![factor])
            })
        }
        ProofStep::EnrollApp { factor, .. } => {
            if !matches!(answer, SignInAnswer::Poll) {
                return again(other_step());
            }
            moment.trace.event(events::enrolled(user));
            let factors = enrollments::of_app(org, factor, moment);
            Ok((Proof::by(SignInMethod::OktaVerifyPush, moment.now), Vec::new(), factors))
        }
        _ if matches!(
            answer,
            SignInAnswer::RegisterPasskey(_) | SignInAnswer::UsePasskey(_) | SignInAnswer::SimulatePasskey
        ) =>
        {
            return again(other_step());
        }
        ProofStep::EnterPassword => {
            let (login, if_wrong) = (&user.profile.login, SignInProblemKind::IncorrectPassword);
            match verify_password(org, login, entered.passcode, if_wrong, failed, moment) {
                // It has expired since the session began.
                Err(problem) if problem.kind == SignInProblemKind::PasswordExpired => {
                    return Ok((Stage::NewPassword { user_id: user.id.clone() }, Vec::new()));
                }
                verified => verified.map(|_| (Proof::by(SignInMethod::Password, moment.now), Vec::new(), Vec::new())),
            }
        }
        ProofStep::Wait { factor_id, .. } | ProofStep::Verify { factor_id, .. }
            if matches!(answer, SignInAnswer::Poll) =>
        {
            let factor = user.active_factors().find(|factor| factor.id == *factor_id);
            match factor.and_then(|factor| factor.method()) {
                Some(method) => {
                    moment.trace.event(events::verified(user, None));
                    Ok((Proof::by(method, moment.now), Vec::new(), Vec::new()))
                }
                // It has been removed in the meantime.
                None => return Ok((at(ProofStep::Choose), Vec::new())),
            }
        }
        ProofStep::Verify { factor_id, sent } => {
            match user.active_factors().find(|factor| factor.id == *factor_id) {
                Some(factor) => {
                    let verified = verify(user, &factor, entered, sent.as_ref(), facts, moment);
                    verified.map(|(method, effects)| (Proof::by(method, moment.now), effects, Vec::new()))
                }
                // It has been removed in the meantime.
                None => return Ok((at(ProofStep::Choose), Vec::new())),
            }
        }
        ProofStep::Enroll { factor, sent, .. } => {
            enrollments::complete(org, user, factor, entered, sent.as_ref(), facts, moment)
                .map(|(method, effects, enrolled)| (Proof::by(method, moment.now), effects, enrolled))
        }
        ProofStep::Choose | ProofStep::Wait { .. } | ProofStep::ChooseEnrollment { .. } => {
            return again(SignInProblem::new(SignInProblemKind::AuthenticationFailed, "no method has been chosen"));
        }
    };
    match proved {
        Ok((proof, mut effects, enrolled)) => {
            let method = proof.method;
            let mut user = user.clone();
            for factor in enrolled {
                effects.push(SignInEffect::Enroll { user_id: user.id.clone(), factor: factor.clone() });
                user.factors.push(factor);
            }
            let mut partial = partial.clone();
            // What is for recovery only proves nothing in a sign-in.
            if assurance::is_for_sign_in(org, method) || method == SignInMethod::Password {
                partial.proofs.retain(|proof| proof.method != method);
                partial.proofs.push(proof);
            }
            match next_stage(org, server, purpose, (&user, false), partial, moment) {
                Ok(stage) => {
                    if matches!(stage, Stage::SignedIn(_) | Stage::PasswordWarning(_))
                        && method != SignInMethod::Password
                    {
                        *failed = FailedSignIns::default();
                    }
                    Ok((stage, effects))
                }
                Err(problem) => Err((Stage::Identify, problem)),
            }
        }
        Err(problem) => {
            if matches!(
                problem.kind,
                SignInProblemKind::WrongCode | SignInProblemKind::WrongSentCode | SignInProblemKind::WrongAnswer
            ) {
                failed.add_code(&lockout(org, user), moment.now);
                moment.trace.event(events::verified(user, Some("INVALID_CREDENTIALS")));
            }
            // A signature cannot be guessed: it does not count for the lockout.
            if problem.kind == SignInProblemKind::RefusedPasskey {
                moment.trace.event(events::verified(user, Some("INVALID_CREDENTIALS")));
            }
            again(problem)
        }
    }
}

/// The step in which the user sets the app Okta Verify up by a channel, with the address of a link.
fn begin_app(
    (org, facts): (&Org, &SignInFacts),
    user: &User,
    partial: &PartialSignIn,
    channel: (AppChannel, Option<&str>),
    moment: &mut Moment<'_>,
) -> NextStage {
    let at = |partial| Stage::MoreProofs(Box::new(partial));
    let Some(optional) = partial.step.optional_enrollment() else { return Err((at(partial.clone()), other_step())) };
    if !partial.choices.contains(&SignInMethod::OktaVerifyPush) {
        return Err((at(partial.clone()), not_offered()));
    }
    match enrollments::begin_app((org, &facts.urls), user, channel, optional, moment) {
        Ok((step, effects)) => Ok((at(PartialSignIn { step, ..partial.clone() }), effects)),
        Err(problem) => Err((at(partial.clone()), problem)),
    }
}

/// Whether the link of the step was opened where it had to be.
fn has_opened(facts: &SignInFacts) -> bool {
    facts.link.as_ref().is_some_and(|link| link.state == MagicLinkState::Opened)
}

impl ProofStep {
    /// The key of the link that confirms the code of the step.
    pub(super) fn link(&self) -> Option<&str> {
        match self {
            Self::Verify { sent: Some(sent), .. } => sent.link.as_deref(),
            _ => None,
        }
    }

    /// The step in which the user chooses.
    fn choices(&self) -> Self {
        match self.optional_enrollment() {
            Some(optional) => Self::ChooseEnrollment { optional },
            None => Self::Choose,
        }
    }

    /// Whether the enrollment of the step is optional; `None`: it is not an enrollment.
    fn optional_enrollment(&self) -> Option<bool> {
        match self {
            Self::ChooseEnrollment { optional } | Self::Enroll { optional, .. } | Self::EnrollApp { optional, .. } => {
                Some(*optional)
            }
            Self::Choose | Self::EnterPassword | Self::Verify { .. } | Self::Wait { .. } | Self::UsePasskey { .. } => {
                None
            }
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

fn not_offered() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::AuthenticationFailed, "this method is not offered")
}

fn other_step() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::AuthenticationFailed, "the answer is for another step")
}
