//! Proofs that clients collect.

use crate::ledger::{FailedSignIns, SentCode, UsedCode};
use crate::model::{Factor, SignInMethod, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::policy::assurance::is_usable;
use crate::policy::password_rules::lockout;
use crate::protocol::{ErrorId, OAuthError};
use crate::sign_in::events;
use crate::sign_in::factor_checks::{check_factor, check_sent};
use crate::sign_in::password::locked;
use crate::sign_in::problem::{SignInProblem, SignInProblemKind};

/// A one-time password that was accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AcceptedCode {
    pub(crate) method: SignInMethod,
    pub(crate) factor_id: String,
    pub(crate) used: UsedCode,
}

/// Whether a user has an app that shows one-time passwords.
#[must_use]
pub(crate) fn has_code_app(org: &Org, user: &User) -> bool {
    user.active_factors().any(|factor| is_code_app(org, &factor))
}

fn is_code_app(org: &Org, factor: &Factor) -> bool {
    factor.method().is_some_and(SignInMethod::is_shown) && is_usable(org, factor)
}

/// Checks a one-time password, which can be that of each app of the user. `used`: the ones that were used last, by the id of the factor.
///
/// # Errors
/// It is wrong or was used before, or the account is locked.
pub(crate) fn verify_otp(
    org: &Org,
    user: &User,
    entered: &str,
    used: &[(String, UsedCode)],
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<AcceptedCode, SignInProblem> {
    check_lock(org, user, failed, moment)?;
    let mut problem = SignInProblem::new(SignInProblemKind::WrongCode, "the user has no app that shows codes");
    for factor in user.active_factors().filter(|factor| is_code_app(org, factor)) {
        let last = used.iter().find(|(id, _)| *id == factor.id).map(|(_, used)| *used);
        match (check_factor(&factor, entered, last, moment.now), factor.method()) {
            (Ok(Some(used)), Some(method)) => {
                moment.trace.event(events::verified(user, None));
                return Ok(AcceptedCode { method, factor_id: factor.id.clone(), used });
            }
            (Err(other), _) if problem.kind != SignInProblemKind::UsedCode => problem = other,
            _ => {}
        }
    }
    Err(refused(org, user, problem, failed, moment))
}

/// Checks a code that was sent to a user.
///
/// # Errors
/// It is wrong or too old, or the account is locked.
pub(crate) fn verify_sent(
    org: &Org,
    user: &User,
    (sent, entered): (&SentCode, &str),
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<(), SignInProblem> {
    check_lock(org, user, failed, moment)?;
    if let Err(problem) = check_sent(Some(sent), entered, moment.now) {
        return Err(refused(org, user, problem, failed, moment));
    }
    moment.trace.event(events::verified(user, None));
    Ok(())
}

/// Adds the event of a notification that the user has answered.
pub(crate) fn push_answered(user: &User, approved: bool, moment: &mut Moment<'_>) {
    moment.trace.event(events::verified(user, (!approved).then_some("INVALID_CREDENTIALS")));
}

/// Whether the account can be used.
///
/// # Errors
/// Wrong passwords and codes have locked it.
fn check_lock(org: &Org, user: &User, failed: &FailedSignIns, moment: &mut Moment<'_>) -> Result<(), SignInProblem> {
    match failed.lock(&lockout(org, user), moment.now) {
        true => Err(locked(org, user, "is locked by wrong passwords and codes", moment)),
        false => Ok(()),
    }
}

/// The same, for clients.
///
/// # Errors
/// Wrong passwords and codes have locked it.
pub(crate) fn require_unlocked(
    org: &Org,
    user: &User,
    failed: &FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<(), OAuthError> {
    check_lock(org, user, failed, moment).map_err(|problem| OAuthError::new(ErrorId::InvalidUserStatus, problem.reason))
}

/// Counts a wrong code.
fn refused(
    org: &Org,
    user: &User,
    problem: SignInProblem,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> SignInProblem {
    if matches!(problem.kind, SignInProblemKind::WrongCode | SignInProblemKind::WrongSentCode) {
        let before = *failed;
        failed.add_code(&lockout(org, user), moment.now);
        moment.trace.event(events::verified(user, Some("INVALID_CREDENTIALS")));
        events::answered(org, Some(user), &user.profile.login, (&before, failed), None, moment);
    }
    problem
}
