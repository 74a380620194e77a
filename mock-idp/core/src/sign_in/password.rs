//! Identification and password: the first steps of a sign-in.

use super::answer::SignInEffect;
use super::events;
use super::problem::{SignInProblem, SignInProblemKind};
use crate::ledger::{FailedSignIns, SignedIn, Stage};
use crate::model::{Password, User, UserStatus};
use crate::moment::Moment;
use crate::org::Org;
use crate::policy::password::{PasswordAge, age, is_current, is_former};
use crate::policy::password_rules::{PasswordRules, lockout};
use crate::trace::NoteStatus;

/// The next stage, or the problem with the answer and the stage that asks again.
pub(super) type NextStage = Result<(Stage, Vec<SignInEffect>), (Stage, SignInProblem)>;

/// Checks the password of the user with this identifier, and whether the user may sign in. `failed` is what is stored for the user, and is
/// changed.
///
/// # Errors
/// Why the user is not signed in. `if_wrong` is the problem of a wrong password.
pub fn verify_password(
    org: &Org,
    identifier: &str,
    password: &str,
    if_wrong: SignInProblemKind,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<SignedIn, SignInProblem> {
    if password.is_empty() {
        return Err(SignInProblem::new(SignInProblemKind::MissingPassword, "password is empty"));
    }
    let Some(user) = org.user_by_identifier(identifier) else {
        let reason = "no user has this identifier";
        return Err(SignInProblem::new(SignInProblemKind::AuthenticationFailed, reason));
    };
    let lockout = &lockout(org, user);
    if failed.lock(lockout, moment.now) {
        return Err(locked(org, user, "is locked by wrong passwords", moment));
    }
    if !user.credentials.password.as_ref().is_some_and(|known| known.is(password)) {
        let count = failed.add(lockout, moment.now);
        let login = &user.profile.login;
        let reason = match lockout.max_attempts {
            0 => format!("wrong password for {login}"),
            max if count < max => format!("wrong password for {login}: {count} in a row, {max} lock the account"),
            max => format!("wrong password for {login}: {max} in a row, the account is locked now"),
        };
        let reason = match user.credentials.password.as_ref().and_then(Password::uncheckable) {
            Some(uncheckable) => format!("{reason}; {uncheckable}"),
            None => reason,
        };
        return Err(SignInProblem::new(if_wrong, reason));
    }
    failed.clear_passwords();
    check_status(org, user, moment)?;
    Ok(by_password(user, moment))
}

pub(super) fn identify(identifier: &str) -> NextStage {
    let identifier = identifier.trim();
    if identifier.is_empty() {
        return Err((Stage::Identify, SignInProblem::new(SignInProblemKind::MissingIdentifier, "identifier is empty")));
    }
    // The next stage is the same for unknown identifiers, so that accounts cannot be enumerated.
    Ok((Stage::Challenge { identifier: identifier.to_owned() }, Vec::new()))
}

/// A password on a page of its own. Okta: `incorrectPassword`.
pub(super) fn verify_alone(
    org: &Org,
    identifier: &str,
    password: &str,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> NextStage {
    let if_wrong = SignInProblemKind::IncorrectPassword;
    let verified = verify_password(org, identifier, password, if_wrong, failed, moment);
    next_stage(org, identifier, verified)
}

/// A password together with the identifier.
pub(super) fn verify_both(
    org: &Org,
    identifier: &str,
    password: &str,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> NextStage {
    let identifier = identifier.trim();
    if identifier.is_empty() {
        return Err((Stage::Identify, SignInProblem::new(SignInProblemKind::MissingIdentifier, "identifier is empty")));
    }
    let if_wrong = SignInProblemKind::AuthenticationFailed;
    let verified = verify_password(org, identifier, password, if_wrong, failed, moment);
    next_stage(org, identifier, verified)
}

/// The user picker replaces the password only; the status of the user is checked as always.
pub(super) fn pick(org: &Org, login: &str, failed: &FailedSignIns, moment: &mut Moment<'_>) -> NextStage {
    let picked = match org.user_by_identifier(login.trim()) {
        Some(user) => check_user(org, user, failed, moment).map(|()| by_password(user, moment)),
        None => Err(SignInProblem::new(SignInProblemKind::AuthenticationFailed, format!("no user `{login}`"))),
    };
    match picked {
        Ok(proof) => Ok((Stage::SignedIn(proof), Vec::new())),
        Err(problem) => expired(org, login, problem).map_err(|problem| (Stage::Identify, problem)),
    }
}

/// A new password in place of the expired one.
pub(super) fn renew(org: &Org, user_id: &str, password: &str, repeated: bool, moment: &mut Moment<'_>) -> NextStage {
    let asked = Stage::NewPassword { user_id: user_id.to_owned() };
    let has_expired = |user: &&User| match user.status {
        UserStatus::PasswordExpired => true,
        UserStatus::Active => age(org, user, moment.now) == PasswordAge::Expired,
        _ => false,
    };
    let Some(user) = org.user(user_id).filter(has_expired) else {
        let reason = "the user has been removed, or has another status now";
        return Err((Stage::Identify, SignInProblem::new(SignInProblemKind::AuthenticationFailed, reason)));
    };
    choose(org, user, (password, repeated), moment).map_err(|problem| (asked, problem))
}

/// Gives the user a new password, with which the user has authenticated.
pub(super) fn choose(
    org: &Org,
    user: &User,
    (password, repeated): (&str, bool),
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    let user_id = user.id.as_str();
    check_new(org, user, password, repeated)?;
    moment.trace.note(NoteStatus::Matched, "password", format!("{} has a new one", user.profile.login));
    moment.trace.event(events::password_chosen(user));
    let proof = SignedIn::by_password(user_id, moment.now);
    let effect = SignInEffect::SetPassword { user_id: user_id.to_owned(), password: Password::plain(password) };
    Ok((Stage::SignedIn(proof), vec![effect]))
}

/// Checks a new password of a user.
///
/// # Errors
/// It is empty, was typed in two ways, or the policy does not allow it.
pub(super) fn check_new(org: &Org, user: &User, password: &str, repeated: bool) -> Result<(), SignInProblem> {
    let rules = PasswordRules::of(org, user);
    let problem = |kind, reason| SignInProblem { requirements: Some(rules.text()), ..SignInProblem::new(kind, reason) };
    if password.is_empty() {
        return Err(problem(SignInProblemKind::MissingPassword, "the new password is empty"));
    }
    if !repeated {
        return Err(SignInProblem::new(SignInProblemKind::PasswordsDiffer, "the new password was typed in two ways"));
    }
    // The old password is refused even where the policy remembers none.
    let is_known = is_current(password, user) || is_former(password, user, rules.history_count);
    if is_known || !rules.accept(password, &user.profile) {
        let reason = "the new password does not meet the requirements, or is one of the last ones";
        return Err(problem(SignInProblemKind::PasswordRequirements, reason));
    }
    Ok(())
}

/// The stage that asks for a new password, if the problem is that the password has expired.
fn expired(org: &Org, identifier: &str, problem: SignInProblem) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    match org.user_by_identifier(identifier.trim()) {
        // Okta: in `RECOVERY` an administrator has sent a link for the new password.
        Some(user) if problem.kind == SignInProblemKind::PasswordExpired && user.status != UserStatus::Recovery => {
            Ok((Stage::NewPassword { user_id: user.id.clone() }, Vec::new()))
        }
        _ => Err(problem),
    }
}

/// The problem of a password before an identifier.
pub(super) fn no_identifier() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::MissingIdentifier, "no identifier was entered")
}

fn next_stage(org: &Org, identifier: &str, verified: Result<SignedIn, SignInProblem>) -> NextStage {
    let problem = match verified {
        Ok(proof) => return Ok((Stage::SignedIn(proof), Vec::new())),
        Err(problem) => problem,
    };
    let problem = match expired(org, identifier, problem) {
        Ok(next) => return Ok(next),
        Err(problem) => problem,
    };
    let stage = match problem.kind {
        SignInProblemKind::MissingPassword
        | SignInProblemKind::AuthenticationFailed
        | SignInProblemKind::IncorrectPassword => Stage::Challenge { identifier: identifier.to_owned() },
        // Another user may be able to sign in: a password for this one is not asked for again.
        _ => Stage::Identify,
    };
    Err((stage, problem))
}

/// Whether a user may sign in who has proved something else than the password.
///
/// # Errors
/// The account is locked, or its status does not allow it.
pub(super) fn check_user(
    org: &Org,
    user: &User,
    failed: &FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<(), SignInProblem> {
    if failed.lock(&lockout(org, user), moment.now) {
        return Err(locked(org, user, "is locked by wrong passwords", moment));
    }
    check_status(org, user, moment)
}

fn by_password(user: &User, moment: &mut Moment<'_>) -> SignedIn {
    moment.trace.note(NoteStatus::Matched, "password", user.profile.login.as_str());
    SignedIn::by_password(&user.id, moment.now)
}

fn check_status(org: &Org, user: &User, moment: &mut Moment<'_>) -> Result<(), SignInProblem> {
    let kind = match user.status {
        UserStatus::Active if age(org, user, moment.now) == PasswordAge::Expired => {
            let reason = format!("the password of {} is older than its policy allows", user.profile.login);
            let problem = SignInProblem::new(SignInProblemKind::PasswordExpired, reason);
            return Err(may_not_sign_in(problem, moment));
        }
        UserStatus::Active => return Ok(()),
        UserStatus::LockedOut => return Err(locked(org, user, "is LOCKED_OUT", moment)),
        UserStatus::Suspended => SignInProblemKind::Suspended,
        UserStatus::Deprovisioned => SignInProblemKind::Deprovisioned,
        UserStatus::Staged | UserStatus::Provisioned => SignInProblemKind::Staged,
        UserStatus::PasswordExpired | UserStatus::Recovery => SignInProblemKind::PasswordExpired,
    };
    let reason = format!("{} is {}", user.profile.login, user.status.name());
    Err(may_not_sign_in(SignInProblem::new(kind, reason), moment))
}

pub(super) fn locked(org: &Org, user: &User, because: &str, moment: &mut Moment<'_>) -> SignInProblem {
    let mut problem = SignInProblem::new(SignInProblemKind::LockedOut, format!("{} {because}", user.profile.login));
    if lockout(org, user).show_lockout_failures {
        "E0000069".clone_into(&mut problem.okta_code);
    }
    may_not_sign_in(problem, moment)
}

fn may_not_sign_in(problem: SignInProblem, moment: &mut Moment<'_>) -> SignInProblem {
    moment.trace.note(NoteStatus::Refused, "user status", &problem.reason);
    problem
}
