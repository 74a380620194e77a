//! Which mails a brand has.

use super::stored::find as find_brand;
use crate::management::ApiError;
use crate::org::Tables;

/// The mails that can be customized, in Okta's order, as recorded.
pub(super) const TEMPLATES: [&str; 31] = [
    "UserActivation",
    "UserBootstrappedActivation",
    "ForgotPassword",
    "ForgotPasswordDenied",
    "PasswordResetByAdmin",
    "PasswordResetBySupportUser",
    "ADUserActivation",
    "ADForgotPasswordDenied",
    "ADForgotPassword",
    "LDAPUserActivation",
    "LDAPForgotPassword",
    "LDAPForgotPasswordDenied",
    "SelfServiceUnlock",
    "ADSelfServiceUnlock",
    "LDAPSelfServiceUnlock",
    "OktaVerifyActivation",
    "AccountLockout",
    "EmailChallenge",
    "EmailFactorVerification",
    "NewSignOnNotification",
    "RegistrationActivation",
    "ChangeEmailConfirmation",
    "PendingEmailChange",
    "EmailChangeConfirmation",
    "RegistrationEmailVerification",
    "SelfServiceUnlockOnUnlockedAccount",
    "AuthenticatorEnrolled",
    "AuthenticatorReset",
    "PasswordChanged",
    "IGAReviewerOverdueNotification",
    "MyAccountChangeConfirmation",
];

/// A template of a brand.
#[derive(Clone, Debug)]
pub(super) struct EmailTemplate {
    pub(super) brand: String,
    pub(super) name: String,
}

impl EmailTemplate {
    /// Its path.
    pub(super) fn path(&self) -> String {
        path(&self.brand, &self.name)
    }
}

/// The template of a brand.
///
/// # Errors
/// There is no such brand or template.
pub(super) fn find(org: &Tables, brand: &str, name: &str) -> Result<EmailTemplate, ApiError> {
    let brand = find_brand(org, brand)?.id;
    if TEMPLATES.contains(&name) {
        Ok(EmailTemplate { brand, name: name.to_owned() })
    } else {
        Err(ApiError::not_found(name, "EmailTemplate"))
    }
}

/// The path of a template.
pub(super) fn path(brand: &str, name: &str) -> String {
    format!("/api/v1/brands/{brand}/templates/email/{name}")
}
