//! Sign-in, as one dispatcher: each step takes an input and returns the next stage. No step calls another.

pub mod primary;
mod problem;

pub use problem::{SignInProblem, SignInProblemKind};

use subtle::ConstantTimeEq;

use crate::ledger::Stage;
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

/// Performs a step.
pub fn advance(org: &Org, stage: &Stage, input: Input<'_>, moment: &mut Moment<'_>) -> Advance {
    match input {
        Input::Identifier(identifier) => identify(identifier),
        Input::Password(password) => match stage {
            Stage::Challenge { identifier } => authenticate(org, identifier, password, moment),
            Stage::Identify | Stage::Consent { .. } => {
                ask(Stage::Identify, SignInProblemKind::MissingIdentifier, "no identifier was entered")
            }
        },
        Input::Both { identifier, password } => {
            if identifier.trim().is_empty() {
                return ask(Stage::Identify, SignInProblemKind::MissingIdentifier, "identifier is empty");
            }
            authenticate(org, identifier.trim(), password, moment)
        }
        Input::Pick(login) => pick(org, login, moment),
    }
}

fn ask(stage: Stage, kind: SignInProblemKind, reason: impl Into<String>) -> Advance {
    Advance::Ask { stage, problem: Some(problem(kind, reason)) }
}

/// A problem with Okta's error code for it.
pub fn problem(kind: SignInProblemKind, reason: impl Into<String>) -> SignInProblem {
    let okta_code = match kind {
        SignInProblemKind::LockedOut => "E0000119",
        SignInProblemKind::PasswordExpired => "E0000064",
        SignInProblemKind::Suspended | SignInProblemKind::Deprovisioned | SignInProblemKind::Staged => "E0000085",
        SignInProblemKind::MissingIdentifier | SignInProblemKind::MissingPassword => "E0000001",
        SignInProblemKind::CookiesBlocked | SignInProblemKind::Expired => "E0000011",
        SignInProblemKind::AuthenticationFailed => "E0000004",
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

fn authenticate(org: &Org, identifier: &str, password: &str, moment: &mut Moment<'_>) -> Advance {
    let stage = Stage::Challenge { identifier: identifier.to_owned() };
    if password.is_empty() {
        return ask(stage, SignInProblemKind::MissingPassword, "password is empty");
    }
    let Some(user) = org.user_by_identifier(identifier) else {
        return ask(stage, SignInProblemKind::AuthenticationFailed, "no user has this identifier");
    };
    let expected = user.credentials.password.as_ref().map_or("", |password| password.value.as_str());
    if expected.is_empty() || !bool::from(password.as_bytes().ct_eq(expected.as_bytes())) {
        return ask(
            stage,
            SignInProblemKind::AuthenticationFailed,
            format!("wrong password for {}", user.profile.login),
        );
    }
    check_status(user, stage, moment)
}

/// The user picker replaces the password only; the status of the user is checked as always.
fn pick(org: &Org, login: &str, moment: &mut Moment<'_>) -> Advance {
    match org.user_by_identifier(login) {
        Some(user) => check_status(user, Stage::Challenge { identifier: user.profile.login.clone() }, moment),
        None => ask(Stage::Identify, SignInProblemKind::AuthenticationFailed, format!("no user `{login}`")),
    }
}

fn check_status(user: &User, stage: Stage, moment: &mut Moment<'_>) -> Advance {
    let kind = match user.status {
        UserStatus::Active => {
            moment.trace.note(NoteStatus::Matched, "password", user.profile.login.as_str());
            return Advance::SignedIn { user_id: user.id.clone(), amr: vec!["pwd".to_owned()] };
        }
        UserStatus::LockedOut => SignInProblemKind::LockedOut,
        UserStatus::Suspended => SignInProblemKind::Suspended,
        UserStatus::Deprovisioned => SignInProblemKind::Deprovisioned,
        UserStatus::Staged | UserStatus::Provisioned => SignInProblemKind::Staged,
        UserStatus::PasswordExpired | UserStatus::Recovery => SignInProblemKind::PasswordExpired,
    };
    let reason = format!("{} is {}", user.profile.login, user.status.name());
    moment.trace.note(NoteStatus::Refused, "user status", &reason);
    ask(stage, kind, reason)
}
