//! Why a sign-in was refused: Okta's text, and what the mock adds for developers.

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
    pub(super) fn new(problem: &'a SignInProblem, step: &SignInStep) -> Self {
        let (text, note) = words(problem);
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

pub(super) fn words(problem: &SignInProblem) -> (&'static str, &'static str) {
    // Okta: one text for all that may not sign in, so that accounts cannot be probed.
    const REFUSED: &str = "Unable to sign in";
    match problem.kind {
        Kind::MissingIdentifier => ("Enter your username", ""),
        Kind::MissingPassword => ("Enter your password", ""),
        Kind::IncorrectPassword => ("Password is incorrect", ""),
        Kind::AuthenticationFailed => (REFUSED, ""),
        Kind::LockedOut if problem.okta_code == "E0000069" => (
            "Your account is locked because of too many authentication attempts.",
            "The account is locked. POST /_mock/unlock or a reset of the mock unlocks it.",
        ),
        Kind::LockedOut => (
            REFUSED,
            "The account is locked; Okta does not say so unless its password policy shows lockouts. POST /_mock/unlock or a reset of \
             the mock unlocks an account that was locked by wrong passwords.",
        ),
        Kind::Suspended => (REFUSED, "The account is suspended; Okta does not say so."),
        Kind::Deprovisioned => (REFUSED, "The account is deactivated; Okta does not say so."),
        Kind::Staged => (REFUSED, "The account has not been activated yet; Okta does not say so."),
        Kind::PasswordExpired => {
            ("Your password has expired", "An administrator has begun to reset the password of this account.")
        }
        Kind::PasswordRequirements => ("Password requirements were not met", ""),
        Kind::MissingAttribute => ("This field cannot be left blank", ""),
        Kind::InvalidAttribute => ("Provided value does not match required pattern", ""),
        Kind::InvalidEmail => ("Username must be in the form of an email address", ""),
        Kind::NotUnique => ("A user with this email already exists", ""),
        Kind::RegistrationUnavailable => ("Registration is currently unavailable.", ""),
        Kind::MissingCode => ("This field cannot be left blank", ""),
        Kind::WrongCode | Kind::WrongSentCode => ("Invalid code. Try again.", ""),
        Kind::WrongAnswer => ("Your answer doesn't match our records. Please try again.", ""),
        Kind::LinkUsed => ("You have accessed an account recovery link that has expired or been previously used.", ""),
        Kind::PasswordsDiffer => ("New passwords must match", ""),
        Kind::UsedCode | Kind::ShortAnswer | Kind::InvalidPhoneNumber | Kind::RefusedPasskey => (REFUSED, ""),
        Kind::AccessDenied => (
            "You do not have permission to perform the requested action.",
            "A global session policy denies this sign-in, or demands a factor that the user has not and cannot enroll.",
        ),
        Kind::ProviderFailed => (
            "There was a problem signing you into your identity provider. Please contact your administrator for help.",
            "",
        ),
        Kind::CookiesBlocked => (
            "The browser did not keep the cookie",
            "Signing in needs one cookie from this address, and it did not come back. Allow cookies here, or open the mock as \
             localhost or by its https address, then start again.",
        ),
    }
}
