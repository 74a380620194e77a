//! The errors of the IDX API: their keys, texts and statuses.

use serde_json::{Value, json};

use crate::ledger::{ProofStep, PushResult, Stage};
use crate::model::MIN_ANSWER;
use crate::policy::password_rules;
use crate::protocol::{ErrorId, OAuthError};
use crate::sign_in::{SignInProblem, SignInProblemKind};

/// An error. Okta: clients find their own texts by its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IdxError {
    /// The user is unknown, may not sign in, or has entered a wrong password beside the identifier.
    AuthenticationFailed,
    /// A wrong password on a page of its own, also for an unknown user.
    IncorrectPassword,
    /// Okta: only where the password policy shows lockouts.
    UserLocked,
    /// A new password that the password policy does not allow.
    PasswordRequirements {
        requirements: String,
    },
    /// A one-time password of an app that is not right.
    WrongCode,
    /// A code that was sent, or of a factor that is enrolled, and that is not right.
    InvalidPasscode,
    UsedCode,
    /// An answer of a passkey or a security key that is not valid.
    RefusedPasskey,
    WrongAnswer,
    /// An answer to enroll that has too few characters.
    ShortAnswer,
    InvalidPhoneNumber,
    /// A link that has been used, or is too old.
    ExpiredLink,
    /// An attribute of a new user: its name and label.
    MissingAttribute {
        name: String,
    },
    InvalidAttribute {
        name: String,
        label: String,
    },
    InvalidEmail {
        name: String,
        label: String,
    },
    NotUnique {
        name: String,
        label: String,
    },
    RegistrationUnavailable,
    UserNotAssigned,
    /// No authenticators of the org meet the request.
    AssuranceUnsatisfiable {
        app: String,
    },
    /// The user has denied a push notification.
    PushRejected,
    /// A push notification was not answered in time.
    VerificationTimedOut,
    AccessDenied,
    /// An external identity provider has not signed the user in.
    ProviderFailed,
    BadRequest,
    SessionExpired,
}

impl IdxError {
    /// The error for a rejected answer.
    #[must_use]
    pub fn of_problem(problem: &SignInProblem, stage: &Stage, with_identifier: bool) -> Self {
        let is_app = |step: &ProofStep| matches!(step, ProofStep::Verify { sent: None, .. });
        let of_app = matches!(stage, Stage::MoreProofs(partial) if is_app(&partial.step));
        let enrolls = matches!(stage, Stage::MoreProofs(partial) if matches!(partial.step, ProofStep::Enroll { .. }));
        match problem.kind {
            SignInProblemKind::WrongCode | SignInProblemKind::UsedCode if !of_app => Self::InvalidPasscode,
            SignInProblemKind::WrongSentCode => Self::InvalidPasscode,
            SignInProblemKind::WrongCode => Self::WrongCode,
            SignInProblemKind::UsedCode => Self::UsedCode,
            // Okta: what it says about a registration that is refused is not known.
            SignInProblemKind::RefusedPasskey if enrolls => Self::AuthenticationFailed,
            SignInProblemKind::RefusedPasskey => Self::RefusedPasskey,
            SignInProblemKind::WrongAnswer => Self::WrongAnswer,
            SignInProblemKind::ShortAnswer => Self::ShortAnswer,
            SignInProblemKind::InvalidPhoneNumber => Self::InvalidPhoneNumber,
            SignInProblemKind::AccessDenied => Self::AccessDenied,
            SignInProblemKind::ProviderFailed => Self::ProviderFailed,
            SignInProblemKind::LinkUsed => Self::ExpiredLink,
            SignInProblemKind::MissingIdentifier
            | SignInProblemKind::MissingPassword
            | SignInProblemKind::MissingCode => Self::BadRequest,
            SignInProblemKind::MissingAttribute
            | SignInProblemKind::InvalidAttribute
            | SignInProblemKind::InvalidEmail
            | SignInProblemKind::NotUnique => {
                let (name, label) = *problem.field.clone().unwrap_or_default();
                match problem.kind {
                    SignInProblemKind::MissingAttribute => Self::MissingAttribute { name },
                    SignInProblemKind::InvalidEmail => Self::InvalidEmail { name, label },
                    SignInProblemKind::NotUnique => Self::NotUnique { name, label },
                    _ => Self::InvalidAttribute { name, label },
                }
            }
            SignInProblemKind::RegistrationUnavailable => Self::RegistrationUnavailable,
            SignInProblemKind::LockedOut if problem.okta_code == "E0000069" => Self::UserLocked,
            SignInProblemKind::IncorrectPassword => Self::IncorrectPassword,
            SignInProblemKind::PasswordRequirements => {
                Self::PasswordRequirements { requirements: problem.requirements.clone().unwrap_or_default() }
            }
            // The same for known and unknown users.
            SignInProblemKind::AuthenticationFailed if !with_identifier => Self::IncorrectPassword,
            _ => Self::AuthenticationFailed,
        }
    }

    /// What a stage says about the last step.
    #[must_use]
    pub fn of_stage(stage: &Stage) -> Option<Self> {
        if matches!(stage, Stage::ProviderFailed) {
            return Some(Self::ProviderFailed);
        }
        let Stage::MoreProofs(partial) = stage else { return None };
        let ProofStep::Wait { push, .. } = &partial.step else { return None };
        match push.result {
            PushResult::Rejected => Some(Self::PushRejected),
            PushResult::TimedOut => Some(Self::VerificationTimedOut),
            PushResult::Waiting | PushResult::Approved => None,
        }
    }

    /// The error for a user who has signed in, and whom the client may not sign in.
    #[must_use]
    pub fn of_refusal(error: &OAuthError, app: &str) -> Self {
        match error.id {
            ErrorId::UserNotAssigned => Self::UserNotAssigned,
            ErrorId::UnmetAuthenticationRequirements => Self::AssuranceUnsatisfiable { app: app.to_owned() },
            _ => Self::AccessDenied,
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::AuthenticationFailed
            | Self::IncorrectPassword
            | Self::UserLocked
            | Self::WrongCode
            | Self::InvalidPasscode
            | Self::UsedCode
            | Self::RefusedPasskey
            | Self::WrongAnswer
            | Self::ExpiredLink
            | Self::SessionExpired => 401,
            Self::PasswordRequirements { .. }
            | Self::MissingAttribute { .. }
            | Self::InvalidAttribute { .. }
            | Self::InvalidEmail { .. }
            | Self::NotUnique { .. }
            | Self::RegistrationUnavailable
            | Self::ShortAnswer
            | Self::InvalidPhoneNumber
            | Self::UserNotAssigned
            | Self::AssuranceUnsatisfiable { .. }
            | Self::BadRequest => 400,
            Self::PushRejected | Self::ProviderFailed => 200,
            Self::AccessDenied => 403,
            Self::VerificationTimedOut => 404,
        }
    }

    /// Whether the sign-in cannot go on: the answer has no forms.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::AccessDenied
                | Self::ProviderFailed
                | Self::BadRequest
                | Self::ExpiredLink
                | Self::VerificationTimedOut
                | Self::SessionExpired
        )
    }

    /// Whether it is about a field: the message is there, and not at the top.
    pub(super) fn is_about_field(&self) -> bool {
        matches!(
            self,
            Self::PasswordRequirements { .. }
                | Self::WrongCode
                | Self::InvalidPasscode
                | Self::UsedCode
                | Self::WrongAnswer
                | Self::ShortAnswer
        ) || self.attribute().is_some()
    }

    /// The attribute of a new user that it is about.
    pub(super) fn attribute(&self) -> Option<&str> {
        match self {
            Self::MissingAttribute { name }
            | Self::InvalidAttribute { name, .. }
            | Self::InvalidEmail { name, .. }
            | Self::NotUnique { name, .. } => Some(name),
            _ => None,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::AuthenticationFailed => "errors.E0000004",
            Self::IncorrectPassword => "incorrectPassword",
            Self::UserLocked => "errors.E0000069",
            Self::PasswordRequirements { .. } => "password.passwordRequirementsNotMet",
            Self::WrongCode => "authfactor.challenge.soft_token.invalid_passcode",
            Self::InvalidPasscode => "api.authn.error.PASSCODE_INVALID",
            Self::UsedCode => "authfactor.challenge.soft_token.used_passcode",
            Self::RefusedPasskey => "authfactor.webauthn.error.assertion_validation_failure",
            Self::WrongAnswer => "authfactor.challenge.question_factor.answer_invalid",
            Self::ShortAnswer => "securityQuestion.answer.tooShort.arg",
            Self::InvalidPhoneNumber => "api.factors.error.sms.invalid_phone",
            Self::ExpiredLink => "idx.invalid.reset.password.token",
            Self::MissingAttribute { .. } => "field.required",
            Self::InvalidAttribute { .. } => "registration.error.doesNotMatchPattern",
            Self::InvalidEmail { .. } => "registration.error.invalidLoginEmail",
            Self::NotUnique { .. } => "registration.error.notUniqueWithinOrg",
            Self::RegistrationUnavailable => "idx.error.registration.unavailable",
            Self::UserNotAssigned => "idx.error.user.not.assigned.to.app",
            Self::AssuranceUnsatisfiable { .. } => "oie.assurance.unsatisfiable",
            Self::PushRejected => "api.authn.poll.error.push_rejected",
            Self::VerificationTimedOut => "core.system.transaction_resource_not_found",
            Self::AccessDenied => "security.access_denied",
            Self::ProviderFailed => "idx.identity.provider.auth.error",
            Self::BadRequest => "E0000020",
            Self::SessionExpired => "idx.session.expired",
        }
    }

    fn text(&self) -> String {
        let text = match self {
            Self::AuthenticationFailed => "Authentication failed",
            Self::IncorrectPassword => "Password is incorrect",
            Self::UserLocked => "User Locked",
            Self::PasswordRequirements { requirements } => return password_rules::refusal(requirements),
            Self::WrongCode => "Your code doesn't match our records. Please try again.",
            Self::InvalidPasscode => "Invalid code. Try again.",
            Self::UsedCode => "Each code can only be used once. Please wait for a new code and try again.",
            Self::RefusedPasskey => {
                "None of the WebAuthn authenticators the user has enrolled for was able to validate the assertion"
            }
            Self::WrongAnswer => "Your answer doesn't match our records. Please try again.",
            Self::ShortAnswer => {
                return format!("The security question answer must be at least {MIN_ANSWER} characters in length");
            }
            Self::InvalidPhoneNumber => "Invalid Phone Number.",
            Self::ExpiredLink => "The reset password link is not valid.",
            Self::MissingAttribute { .. } => "This field cannot be left blank",
            Self::InvalidAttribute { label, .. } => {
                return format!("Provided value for property '{label}' does not match required pattern");
            }
            Self::InvalidEmail { label, .. } => return format!("'{label}' must be in the form of an email address"),
            Self::NotUnique { label, .. } => return format!("A user with this {label} already exists"),
            Self::RegistrationUnavailable => "Registration is currently unavailable.",
            Self::UserNotAssigned => "User is not assigned to this application.",
            Self::AssuranceUnsatisfiable { app } => {
                return format!(
                    "Unable to login to \"{app}\" at this time. For assistance, please contact your administrator."
                );
            }
            Self::PushRejected => "You have chosen to reject this login.",
            Self::VerificationTimedOut => "Verification timed out. Please try again",
            Self::AccessDenied => "You do not have permission to perform the requested action.",
            Self::ProviderFailed => {
                "There was a problem signing you into your identity provider. Please contact your administrator for help."
            }
            Self::BadRequest => "Bad request.",
            Self::SessionExpired => {
                "You have been logged out due to inactivity. Refresh or return to the sign in screen."
            }
        };
        text.to_owned()
    }

    /// The member `messages` with this error.
    pub(super) fn messages(&self) -> Value {
        let mut i18n = json!({ "key": self.key() });
        let parameter = match self {
            Self::AssuranceUnsatisfiable { app } => Some(json!(app)),
            Self::PasswordRequirements { requirements } => Some(json!(requirements)),
            Self::ShortAnswer => Some(json!(MIN_ANSWER)),
            Self::InvalidAttribute { label, .. } | Self::InvalidEmail { label, .. } | Self::NotUnique { label, .. } => {
                Some(json!(label))
            }
            _ => None,
        };
        if let (Some(parameter), Some(i18n)) = (parameter, i18n.as_object_mut()) {
            i18n.insert("params".to_owned(), json!([parameter]));
        }
        json!({ "type": "array", "value": [{ "message": self.text(), "i18n": i18n, "class": "ERROR" }] })
    }
}
