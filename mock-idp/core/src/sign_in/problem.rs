//! Why a sign-in attempt failed.

use serde::Serialize;

/// Why a sign-in attempt failed.
#[derive(Clone, Debug, Serialize)]
pub struct SignInProblem {
    pub kind: SignInProblemKind,
    /// Okta's code for it, for instance `E0000004`.
    pub okta_code: String,
    /// The inside reason, for the details block of a development page.
    pub reason: String,
    /// The attribute that it is about, and its label.
    #[serde(skip)]
    pub field: Option<Box<(String, String)>>,
    /// What a new password has to be like, in Okta's words.
    #[serde(skip)]
    pub requirements: Option<String>,
}

impl SignInProblem {
    /// A problem with Okta's error code for it.
    #[must_use]
    pub fn new(kind: SignInProblemKind, reason: impl Into<String>) -> Self {
        let okta_code = match kind {
            SignInProblemKind::PasswordExpired => "E0000064",
            SignInProblemKind::MissingIdentifier
            | SignInProblemKind::MissingPassword
            | SignInProblemKind::MissingCode
            | SignInProblemKind::MissingAttribute
            | SignInProblemKind::InvalidAttribute
            | SignInProblemKind::InvalidEmail
            | SignInProblemKind::NotUnique
            | SignInProblemKind::InvalidPhoneNumber
            | SignInProblemKind::RegistrationUnavailable => "E0000001",
            SignInProblemKind::WrongCode | SignInProblemKind::WrongSentCode => "E0000068",
            SignInProblemKind::WrongAnswer => "E0000087",
            SignInProblemKind::LinkUsed => "E0000105",
            SignInProblemKind::PasswordRequirements | SignInProblemKind::PasswordsDiffer => "E0000014",
            SignInProblemKind::CookiesBlocked => "E0000011",
            SignInProblemKind::IncorrectPassword => "incorrectPassword",
            SignInProblemKind::UsedCode => "E0000082",
            SignInProblemKind::RefusedPasskey => "E0000068",
            SignInProblemKind::ShortAnswer => "securityQuestion.answer.tooShort.arg",
            SignInProblemKind::AccessDenied => "security.access_denied",
            SignInProblemKind::ProviderFailed => "idx.identity.provider.auth.error",
            // Okta: the same for all that may not sign in, so that accounts cannot be probed.
            SignInProblemKind::AuthenticationFailed
            | SignInProblemKind::LockedOut
            | SignInProblemKind::Suspended
            | SignInProblemKind::Deprovisioned
            | SignInProblemKind::Staged => "E0000004",
        };
        Self { kind, okta_code: okta_code.to_owned(), reason: reason.into(), field: None, requirements: None }
    }
}

/// The problem of an answer that the present step does not ask for.
pub(super) fn other_step() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::MissingCode, "the answer belongs to another step")
}

/// The closed set of reasons; wording is the page's business.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInProblemKind {
    MissingIdentifier,
    MissingPassword,
    /// Unknown user, or a wrong password on one page with the user name.
    AuthenticationFailed,
    /// A wrong password on a page of its own.
    IncorrectPassword,
    LockedOut,
    Suspended,
    Deprovisioned,
    /// The account has not been activated yet.
    Staged,
    PasswordExpired,
    /// A new password that the password policy does not allow.
    PasswordRequirements,
    /// A new password that was typed in two ways.
    PasswordsDiffer,
    MissingCode,
    /// A code that is not right now.
    WrongCode,
    /// A code of a factor that was not sent, or is too old.
    WrongSentCode,
    /// A one-time password that was used before.
    UsedCode,
    /// An answer of a passkey or a security key that is not valid.
    RefusedPasskey,
    /// A wrong answer to a question.
    WrongAnswer,
    /// An answer to enroll that has too few characters.
    ShortAnswer,
    /// A text to enroll that is not a phone number.
    InvalidPhoneNumber,
    /// A link that has been used, or is too old.
    LinkUsed,
    /// An attribute of a new user that is needed.
    MissingAttribute,
    InvalidAttribute,
    InvalidEmail,
    /// Another user has the same address.
    NotUnique,
    RegistrationUnavailable,
    /// A policy denies the sign-in.
    AccessDenied,
    /// The external identity provider does not sign the user in, or its user may not sign in here.
    ProviderFailed,
    /// The browser did not send back the cookie that was just set.
    CookiesBlocked,
}

impl SignInProblemKind {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingIdentifier => "missing_identifier",
            Self::MissingPassword => "missing_password",
            Self::AuthenticationFailed => "authentication_failed",
            Self::IncorrectPassword => "incorrect_password",
            Self::LockedOut => "locked_out",
            Self::Suspended => "suspended",
            Self::Deprovisioned => "deprovisioned",
            Self::Staged => "staged",
            Self::PasswordExpired => "password_expired",
            Self::PasswordRequirements => "password_requirements",
            Self::PasswordsDiffer => "passwords_differ",
            Self::MissingCode => "missing_code",
            Self::WrongCode => "wrong_code",
            Self::WrongSentCode => "wrong_sent_code",
            Self::UsedCode => "used_code",
            Self::RefusedPasskey => "refused_passkey",
            Self::WrongAnswer => "wrong_answer",
            Self::ShortAnswer => "short_answer",
            Self::InvalidPhoneNumber => "invalid_phone_number",
            Self::LinkUsed => "link_used",
            Self::MissingAttribute => "missing_attribute",
            Self::InvalidAttribute => "invalid_attribute",
            Self::InvalidEmail => "invalid_email",
            Self::NotUnique => "not_unique",
            Self::RegistrationUnavailable => "registration_unavailable",
            Self::AccessDenied => "access_denied",
            Self::ProviderFailed => "provider_failed",
            Self::CookiesBlocked => "cookies_blocked",
        }
    }
}
