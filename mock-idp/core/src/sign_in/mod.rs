//! Sign-in, as one dispatcher: each step takes an input and returns the next stage. No step calls another.

pub mod primary;
mod problem;

pub use problem::{SignInProblem, SignInProblemKind};

use crate::ledger::{FailedSignIns, Stage};
use crate::model::{User, UserStatus};
use crate::moment::Moment;
use crate::org::Org;
use crate::trace::NoteStatus;

/// The input of a step.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    Identifier(&'a str),
    Password(&'a str),
    /// Both, from the single form.
    Both {
        identifier: &'a str,
        password: &'a str,
    },
    /// One click on the development picker, by login.
    Pick(&'a str),
}

/// The result of a step.
#[derive(Clone, Debug)]
pub enum Advance {
    /// The user has to give another input.
    Ask { stage: Stage, problem: Option<SignInProblem> },
    /// The user is authenticated.
    SignedIn { user_id: String, amr: Vec<String> },
}

/// The user whose password a step checks, or whom it picks. Their failed sign-ins have to be loaded for the step.
#[must_use]
pub fn user_of_step<'o>(org: &'o Org, stage: &Stage, input: Input<'_>) -> Option<&'o User> {
    match (input, stage) {
        (Input::Both { identifier, .. } | Input::Pick(identifier), _) => org.user_by_identifier(identifier.trim()),
        (Input::Password(_), Stage::Challenge { identifier }) => org.user_by_identifier(identifier),
        (Input::Identifier(_) | Input::Password(_), _) => None,
    }
}

/// Performs a step. `failed` is what is stored for the user of the step, and is changed by it.
pub fn advance(
    org: &Org,
    stage: &Stage,
    input: Input<'_>,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Advance {
    match input {
        Input::Identifier(identifier) => identify(identifier),
        Input::Password(password) => match stage {
            Stage::Challenge { identifier } => {
                // Okta: `incorrectPassword`, on a page of its own.
                authenticate(org, identifier, password, SignInProblemKind::IncorrectPassword, failed, moment)
            }
            Stage::Identify | Stage::Consent { .. } => {
                ask(Stage::Identify, SignInProblemKind::MissingIdentifier, "no identifier was entered")
            }
        },
        Input::Both { identifier, password } => {
            if identifier.trim().is_empty() {
                return ask(Stage::Identify, SignInProblemKind::MissingIdentifier, "identifier is empty");
            }
            authenticate(org, identifier.trim(), password, SignInProblemKind::AuthenticationFailed, failed, moment)
        }
        Input::Pick(login) => pick(org, login, failed, moment),
    }
}

fn ask(stage: Stage, kind: SignInProblemKind, reason: impl Into<String>) -> Advance {
    Advance::Ask { stage, problem: Some(problem(kind, reason)) }
}

/// A problem with Okta's error code for it.
pub fn problem(kind: SignInProblemKind, reason: impl Into<String>) -> SignInProblem {
    let okta_code = match kind {
        SignInProblemKind::PasswordExpired => "E0000064",
        SignInProblemKind::MissingIdentifier | SignInProblemKind::MissingPassword => "E0000001",
        SignInProblemKind::CookiesBlocked => "E0000011",
        SignInProblemKind::IncorrectPassword => "incorrectPassword",
        // Okta: the same for all that may not sign in, so that accounts cannot be probed.
        SignInProblemKind::AuthenticationFailed
        | SignInProblemKind::LockedOut
        | SignInProblemKind::Suspended
        | SignInProblemKind::Deprovisioned
        | SignInProblemKind::Staged => "E0000004",
    };
    SignInProblem { kind, okta_code: okta_code.to_owned(), reason: reason.into() }
}

fn identify(identifier: &str) -> Advance {
    let identifier = identifier.trim();
    if identifier.is_empty() {
        return ask(Stage::Identify, SignInProblemKind::MissingIdentifier, "identifier is empty");
    }
    // The next stage is the same for unknown identifiers, so that accounts cannot be enumerated.
    Advance::Ask { stage: Stage::Challenge { identifier: identifier.to_owned() }, problem: None }
}

fn authenticate(
    org: &Org,
    identifier: &str,
    password: &str,
    if_wrong: SignInProblemKind,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Advance {
    let stage = Stage::Challenge { identifier: identifier.to_owned() };
    if password.is_empty() {
        return ask(stage, SignInProblemKind::MissingPassword, "password is empty");
    }
    let Some(user) = org.user_by_identifier(identifier) else {
        return ask(stage, SignInProblemKind::AuthenticationFailed, "no user has this identifier");
    };
    let lockout = &org.settings().lockout;
    if failed.lock(lockout, moment.now) {
        return locked(org, user, "is locked by wrong passwords", moment);
    }
    if !user.credentials.password.as_ref().is_some_and(|known| known.is(password)) {
        let count = failed.add(lockout, moment.now);
        let login = &user.profile.login;
        let reason = match lockout.max_attempts {
            0 => format!("wrong password for {login}"),
            max if count < max => format!("wrong password for {login}: {count} in a row, {max} lock the account"),
            max => format!("wrong password for {login}: {max} in a row, the account is locked now"),
        };
        return ask(stage, if_wrong, reason);
    }
    *failed = FailedSignIns::default();
    check_status(org, user, moment)
}

/// The user picker replaces the password only; the status of the user is checked as always.
fn pick(org: &Org, login: &str, failed: &FailedSignIns, moment: &mut Moment<'_>) -> Advance {
    match org.user_by_identifier(login.trim()) {
        Some(user) if failed.lock(&org.settings().lockout, moment.now) => {
            locked(org, user, "is locked by wrong passwords", moment)
        }
        Some(user) => check_status(org, user, moment),
        None => ask(Stage::Identify, SignInProblemKind::AuthenticationFailed, format!("no user `{login}`")),
    }
}

fn check_status(org: &Org, user: &User, moment: &mut Moment<'_>) -> Advance {
    let kind = match user.status {
        UserStatus::Active => {
            moment.trace.note(NoteStatus::Matched, "password", user.profile.login.as_str());
            return Advance::SignedIn { user_id: user.id.clone(), amr: vec!["pwd".to_owned()] };
        }
        UserStatus::LockedOut => return locked(org, user, "is LOCKED_OUT", moment),
        UserStatus::Suspended => SignInProblemKind::Suspended,
        UserStatus::Deprovisioned => SignInProblemKind::Deprovisioned,
        UserStatus::Staged | UserStatus::Provisioned => SignInProblemKind::Staged,
        UserStatus::PasswordExpired | UserStatus::Recovery => SignInProblemKind::PasswordExpired,
    };
    let reason = format!("{} is {}", user.profile.login, user.status.name());
    may_not_sign_in(problem(kind, reason), moment)
}

fn locked(org: &Org, user: &User, because: &str, moment: &mut Moment<'_>) -> Advance {
    let mut problem = problem(SignInProblemKind::LockedOut, format!("{} {because}", user.profile.login));
    if org.settings().lockout.show_lockout_failures {
        "E0000069".clone_into(&mut problem.okta_code);
    }
    may_not_sign_in(problem, moment)
}

/// Another user may be able to: a password for this one is not asked for again.
fn may_not_sign_in(problem: SignInProblem, moment: &mut Moment<'_>) -> Advance {
    moment.trace.note(NoteStatus::Refused, "user status", &problem.reason);
    Advance::Ask { stage: Stage::Identify, problem: Some(problem) }
}
