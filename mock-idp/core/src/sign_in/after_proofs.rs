//! What follows when a user has proved something: what policies demand besides, the warning about the password, enrollments, the end.

use super::answer::{SignInEffect, SignInFacts};
use super::factor_checks::removed;
use super::options::has_several_rows;
use super::password::{NextStage, choose};
use super::problem::{SignInProblem, SignInProblemKind};
use super::sender::verification;
use crate::ledger::{GraceEnd, PartialSignIn, PasswordWarning, Proof, ProofStep, Purpose, SignedIn, Stage};
use crate::model::unix_time::from_rfc3339;
use crate::model::{Factor, SignInMethod, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::assurance::{self, Assurance, AssuranceRequest, NextProof};
use crate::policy::password::{PasswordAge, age};
use crate::trace::NoteStatus;

/// The stage of a user who has just signed in: policies may demand more. `user` may be new, and not in the org yet; so may the password.
pub(super) fn after(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    (user, is_new): (Option<&User>, bool),
    signed_in: SignedIn,
    facts: &SignInFacts,
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
        grace: Vec::new(),
        step: ProofStep::Choose,
    };
    next_stage(org, server, purpose, (user, is_new), (partial, facts), moment)
}

/// When the user has proved a second authenticator in this browser. One that was enrolled anew since has to be proved.
fn remembered(user: &User, facts: &SignInFacts) -> Option<i64> {
    let at = facts.device.as_ref()?.last(&user.id)?;
    let is_older =
        |factor: &Factor| factor.created.as_deref().and_then(from_rfc3339).is_none_or(|created| created <= at);
    user.active_factors().any(|factor| is_older(&factor)).then_some(at)
}

/// What follows the proofs of a user.
pub(super) fn next_stage(
    org: &Org,
    server: &CompiledServer,
    purpose: &Purpose,
    (user, is_new): (&User, bool),
    (partial, facts): (PartialSignIn, &SignInFacts),
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
        remembered: remembered(user, facts),
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
            None => enrollments_or_done(org, user, (partial, facts), moment.now),
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
    let (step, grace) = (ProofStep::ChooseEnrollment { optional }, Vec::new());
    Stage::MoreProofs(Box::new(PartialSignIn { choices, step, grace, ..partial }))
}

/// Okta: what a policy requires to be enrolled comes after the proofs, and after it what can be enrolled as well. The latter is shown
/// together with what is required and can be left out for a while.
fn enrollments_or_done(org: &Org, user: &User, (partial, facts): (PartialSignIn, &SignInFacts), now: i64) -> Stage {
    let required = assurance::required_enrollments(org, user, &partial.proofs, (&facts.skipped, now));
    if !required.now.is_empty() {
        return enrollment(partial, required.now, false);
    }
    let enrolls = matches!(partial.step, ProofStep::Enroll { .. } | ProofStep::EnrollApp { .. });
    if enrolls || !required.later.is_empty() {
        let mut choices = required.later;
        let optional = assurance::optional_enrollments(org, user);
        choices.extend(optional.into_iter().filter(|method| !required.grace.iter().any(|it| it.covers(*method))));
        if !choices.is_empty() {
            let step = ProofStep::ChooseEnrollment { optional: true };
            return Stage::MoreProofs(Box::new(PartialSignIn { choices, step, grace: required.grace, ..partial }));
        }
    }
    done(partial, now)
}

/// The end of a sign-in whose user leaves out what can be enrolled.
pub(super) fn skipped(partial: &PartialSignIn, now: i64) -> (Stage, Vec<SignInEffect>) {
    let counted = partial.grace.iter().filter(|grace| matches!(grace.ends, GraceEnd::AfterSkips(_)));
    let authenticators: Vec<String> = counted.map(|grace| grace.authenticator.clone()).collect();
    let user_id = partial.user_id.clone();
    let effect = (!authenticators.is_empty()).then_some(SignInEffect::SkipEnrollments { user_id, authenticators });
    (done(partial.clone(), now), effect.into_iter().collect())
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
pub(super) fn warned(org: &Org, warning: &PasswordWarning, facts: &SignInFacts, moment: &Moment<'_>) -> Stage {
    let partial = PartialSignIn { warned: true, ..warning.partial.clone() };
    match org.user(&partial.user_id).filter(|user| user.status.may_hold_tokens()) {
        Some(user) => enrollments_or_done(org, user, (partial, facts), moment.now),
        None => Stage::Identify,
    }
}

/// A new password in place of one that expires soon.
pub(super) fn renew(
    org: &Org,
    warning: &PasswordWarning,
    (entered, repeated): (&str, bool),
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> NextStage {
    let asked = || Stage::PasswordWarning(Box::new(warning.clone()));
    let user = org.user(&warning.partial.user_id).filter(|user| user.status.may_hold_tokens());
    let Some(user) = user else { return Err((Stage::Identify, removed())) };
    match choose(org, user, (entered, repeated), moment) {
        Ok((_, effects)) => Ok((warned(org, warning, facts, moment), effects)),
        Err(problem) => Err((asked(), problem)),
    }
}

/// The end of the sign-in, if nothing else asks the user.
pub(super) fn done(partial: PartialSignIn, now: i64) -> Stage {
    let PartialSignIn { user_id, proofs, idp, session, .. } = partial;
    Stage::SignedIn(SignedIn { idp, session, ..SignedIn::new(&user_id, now, proofs) })
}
