//! The links and codes that users get, and the messages that have them.

use super::answer::SentRecovery;
use crate::ledger::{MessageKind, MessageTemplate, OutgoingMessage, RecoveryKind};
use crate::model::User;
use crate::org::Org;

impl SentRecovery {
    /// The link, below the URL of the org.
    #[must_use]
    pub fn link(&self, base: &str) -> String {
        let secret = &self.secret;
        match self.token.kind {
            RecoveryKind::Activation => format!("{base}/tokens/{secret}/verify"),
            RecoveryKind::Password if self.by_administrator => format!("{base}/reset_password/{secret}"),
            RecoveryKind::Password => format!("{base}/signin/reset-password/{secret}"),
            RecoveryKind::Unlock => format!("{base}/signin/unlock/{secret}"),
        }
    }

    /// The message to the user; `None` if the user has been removed.
    #[must_use]
    pub fn message(&self, org: &Org, base: &str) -> Option<OutgoingMessage> {
        let user = org.user(&self.token.user_id)?;
        let name = &org.identity().name;
        let (template, subject, begins) = match self.token.kind {
            RecoveryKind::Activation => (
                MessageTemplate::UserActivation,
                format!("Welcome to {name}"),
                "Your account has been created. Activate it",
            ),
            RecoveryKind::Password if self.by_administrator => (
                MessageTemplate::PasswordResetByAdmin,
                "Password reset".to_owned(),
                "An administrator has reset your password. Choose a new one",
            ),
            RecoveryKind::Password => {
                (MessageTemplate::ForgotPassword, "Account password reset".to_owned(), "Reset your password")
            }
            RecoveryKind::Unlock if self.was_locked => {
                (MessageTemplate::SelfServiceUnlock, "Unlock account".to_owned(), "Unlock your account")
            }
            RecoveryKind::Unlock => (
                MessageTemplate::SelfServiceUnlockOnUnlockedAccount,
                "Unlock account".to_owned(),
                "Your account is not locked. If it is later, unlock it",
            ),
        };
        let link = self.link(base);
        Some(match self.channel {
            MessageKind::Email => {
                let text = match &self.code {
                    Some(code) => format!("{begins} with this link: {link} or enter the code {code}."),
                    None => format!("{begins} with this link: {link}"),
                };
                let code = self.code.clone();
                OutgoingMessage {
                    template: Some(template),
                    subject: Some(subject),
                    link: Some(link),
                    code,
                    ..to(user, text)
                }
            }
            kind => {
                let code = self.code.clone().unwrap_or_default();
                let number = user.profile.text("mobilePhone").unwrap_or_default().to_owned();
                let text = format!("Your verification code is {code}.");
                let template = Some(MessageTemplate::SmsVerifyCode);
                OutgoingMessage { kind, to: number, template, code: self.code.clone(), ..to(user, text) }
            }
        })
    }
}

/// The message to a user whose policy does not allow a reset.
#[must_use]
pub fn recovery_denied(org: &Org, user_id: &str) -> Option<OutgoingMessage> {
    let user = org.user(user_id)?;
    let text = "Your password cannot be reset here. Ask an administrator.".to_owned();
    let subject = Some("Password reset denied".to_owned());
    Some(OutgoingMessage { template: Some(MessageTemplate::ForgotPasswordDenied), subject, ..to(user, text) })
}

/// An email to the primary address.
fn to(user: &User, text: String) -> OutgoingMessage {
    OutgoingMessage {
        kind: MessageKind::Email,
        to: user.profile.email.clone(),
        user_id: Some(user.id.clone()),
        template: None,
        subject: None,
        text,
        code: None,
        link: None,
    }
}
