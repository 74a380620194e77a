//! Why a sign-in was refused: Okta's text, and what the mock adds for developers.

use super::words::ProblemWords;
use crate::pages::view::{SignInProblem, SignInProblemKind as Kind, SignInStep};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Field {
    Identifier,
    Password,
}

/// A problem: the text for the user, and the details for the developer.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    /// What Okta's page says, where it has such a page.
    pub(super) text: &'static str,
    /// What Okta does not say. May be empty.
    pub(super) note: &'static str,
    /// The field that can fix it.
    pub(super) field: Option<Field>,
    pub(super) okta_code: &'a str,
    pub(super) reason: &'a str,
}

impl<'a> Problem<'a> {
    pub(super) fn new(problem: &'a SignInProblem, step: &SignInStep, words: &ProblemWords) -> Self {
        let (text, note) = problem_words(problem, words);
        let field = match problem.kind {
            Kind::MissingIdentifier => Some(Field::Identifier),
            Kind::MissingPassword | Kind::IncorrectPassword | Kind::PasswordRequirements | Kind::PasswordsDiffer => {
                Some(Field::Password)
            }
            Kind::AuthenticationFailed if matches!(step, SignInStep::Identifier) => Some(Field::Identifier),
            Kind::AuthenticationFailed => Some(Field::Password),
            _ => None,
        };
        // Only fields of this step can be marked.
        let field = field.filter(|field| match field {
            Field::Identifier => !matches!(step, SignInStep::Password { .. } | SignInStep::NewPassword { .. }),
            Field::Password => !matches!(step, SignInStep::Identifier),
        });
        let field = field.filter(|_| !matches!(step, SignInStep::Providers));
        Self { text, note, field, okta_code: &problem.okta_code, reason: &problem.reason }
    }
}

pub(super) fn problem_words(problem: &SignInProblem, words: &ProblemWords) -> (&'static str, &'static str) {
    match problem.kind {
        Kind::MissingIdentifier => (words.enter_username, ""),
        Kind::MissingPassword => (words.enter_password, ""),
        Kind::IncorrectPassword => (words.incorrect_password, ""),
        Kind::AuthenticationFailed => (words.refused, ""),
        Kind::LockedOut if problem.okta_code == "E0000069" => (words.locked, words.locked_note),
        Kind::LockedOut => (words.refused, words.locked_silently_note),
        Kind::Suspended => (words.refused, words.suspended_note),
        Kind::Deprovisioned => (words.refused, words.deactivated_note),
        Kind::Staged => (words.refused, words.staged_note),
        Kind::PasswordExpired => (words.password_expired, words.password_expired_note),
        Kind::PasswordRequirements => (words.requirements, ""),
        Kind::MissingAttribute | Kind::MissingCode => (words.blank, ""),
        Kind::InvalidAttribute => (words.pattern, ""),
        Kind::InvalidEmail => (words.email_form, ""),
        Kind::NotUnique => (words.not_unique, ""),
        Kind::RegistrationUnavailable => (words.registration_unavailable, ""),
        Kind::WrongCode | Kind::WrongSentCode => (words.invalid_code, ""),
        Kind::WrongAnswer => (words.wrong_recovery_answer, ""),
        Kind::LinkUsed => (words.link_used, ""),
        Kind::PasswordsDiffer => (words.passwords_differ, ""),
        Kind::RefusedPasskey => (words.passkey, ""),
        Kind::UsedCode | Kind::ShortAnswer | Kind::InvalidPhoneNumber => (words.refused, ""),
        Kind::AccessDenied => (words.access_denied, words.access_denied_note),
        Kind::ProviderFailed => (words.provider_failed, ""),
        Kind::CookiesBlocked => (words.cookies_blocked, words.cookies_blocked_note),
    }
}
