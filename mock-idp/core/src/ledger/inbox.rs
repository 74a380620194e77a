//! The inbox: the messages that the org would send to its users.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What the org sends to a user.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OutgoingMessage {
    pub kind: MessageKind,
    /// The email address, the phone number or, of a push notification, the login.
    pub to: String,
    /// The user it is for.
    pub user_id: Option<String>,
    /// Okta's template, where it has one.
    pub template: Option<MessageTemplate>,
    /// Of an email.
    pub subject: Option<String>,
    pub text: String,
    /// The code in the text.
    pub code: Option<String>,
    /// The link in the text.
    pub link: Option<String>,
}

/// Without the text, which may have a code or a link.
impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMessage").field("kind", &self.kind).field("to", &self.to).finish_non_exhaustive()
    }
}

/// How a message is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    Email,
    Sms,
    Voice,
    Push,
}

impl MessageKind {
    pub const ALL: &[Self] = &[Self::Email, Self::Sms, Self::Voice, Self::Push];

    /// Its name in the control API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Push => "push",
        }
    }
}

/// Okta's templates of messages, with their names in its API.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum MessageTemplate {
    /// An administrator has activated the user.
    UserActivation,
    /// The user, or an administrator, has asked for a new password.
    ForgotPassword,
    /// The same, where the policy does not allow it.
    ForgotPasswordDenied,
    /// An administrator has reset the password.
    PasswordResetByAdmin,
    PasswordChanged,
    /// The user wants to unlock the account.
    SelfServiceUnlock,
    /// The same, of an account that is not locked.
    SelfServiceUnlockOnUnlockedAccount,
    /// The user registers, and shows that the address is right.
    RegistrationEmailVerification,
    /// A code as a factor of a sign-in.
    EmailChallenge,
    EmailFactorVerification,
    /// A user changes an email address.
    EmailChangeConfirmation,
    /// The code in a text message or a call.
    #[serde(rename = "SMS_VERIFY_CODE")]
    SmsVerifyCode,
}

impl MessageTemplate {
    pub const ALL: &[Self] = &[
        Self::UserActivation,
        Self::ForgotPassword,
        Self::ForgotPasswordDenied,
        Self::PasswordResetByAdmin,
        Self::PasswordChanged,
        Self::SelfServiceUnlock,
        Self::SelfServiceUnlockOnUnlockedAccount,
        Self::RegistrationEmailVerification,
        Self::EmailChallenge,
        Self::EmailFactorVerification,
        Self::EmailChangeConfirmation,
        Self::SmsVerifyCode,
    ];

    /// Okta's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserActivation => "UserActivation",
            Self::ForgotPassword => "ForgotPassword",
            Self::ForgotPasswordDenied => "ForgotPasswordDenied",
            Self::PasswordResetByAdmin => "PasswordResetByAdmin",
            Self::PasswordChanged => "PasswordChanged",
            Self::SelfServiceUnlock => "SelfServiceUnlock",
            Self::SelfServiceUnlockOnUnlockedAccount => "SelfServiceUnlockOnUnlockedAccount",
            Self::RegistrationEmailVerification => "RegistrationEmailVerification",
            Self::EmailChallenge => "EmailChallenge",
            Self::EmailFactorVerification => "EmailFactorVerification",
            Self::EmailChangeConfirmation => "EmailChangeConfirmation",
            Self::SmsVerifyCode => "SMS_VERIFY_CODE",
        }
    }
}

/// A message that has been sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboxMessage {
    /// The messages of an org are numbered from 1 on.
    pub number: u64,
    /// Milliseconds since 1970, by the org's clock.
    pub time: i64,
    pub message: OutgoingMessage,
}

/// The last messages of an org.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    sent: u64,
    messages: VecDeque<InboxMessage>,
}

impl Inbox {
    /// The key of the only record.
    pub const KEY: &'static str = "inbox";

    /// How many messages are kept; the oldest are removed first.
    pub const CAPACITY: usize = 500;

    /// The longest text of a message, in bytes. Parts of it can come from a request.
    const MAX_TEXT: usize = 4_096;

    /// Adds a message.
    pub fn add(&mut self, time: i64, mut message: OutgoingMessage) {
        for text in [&mut message.to, &mut message.text].into_iter().chain(&mut message.subject) {
            crate::trace::shorten(text, Self::MAX_TEXT);
        }
        while self.messages.len() >= Self::CAPACITY {
            self.messages.pop_front();
        }
        self.sent += 1;
        self.messages.push_back(InboxMessage { number: self.sent, time, message });
    }

    /// The messages, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &InboxMessage> {
        self.messages.iter().rev()
    }

    /// Removes messages; how many.
    pub fn remove(&mut self, fits: impl Fn(&InboxMessage) -> bool) -> usize {
        let before = self.messages.len();
        self.messages.retain(|message| !fits(message));
        before - self.messages.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str) -> OutgoingMessage {
        OutgoingMessage {
            kind: MessageKind::Email,
            to: to.to_owned(),
            user_id: None,
            template: Some(MessageTemplate::ForgotPassword),
            subject: None,
            text: "é".repeat(10_000),
            code: None,
            link: None,
        }
    }

    #[test]
    fn the_oldest_message_is_removed_when_the_inbox_is_full_and_numbers_go_on() {
        let mut inbox = Inbox::default();
        for number in 0..=Inbox::CAPACITY {
            inbox.add(0, message(&number.to_string()));
        }
        let numbers: Vec<u64> = inbox.newest_first().map(|message| message.number).collect();
        assert_eq!((numbers.len(), numbers[0], numbers[499]), (500, 501, 2));
        assert_eq!(inbox.remove(|message| message.number <= 400), 399);
        inbox.add(0, message("next"));
        assert_eq!(inbox.newest_first().next().unwrap().number, 502);
        assert!(inbox.newest_first().all(|message| message.message.text.len() <= Inbox::MAX_TEXT + '…'.len_utf8()));
    }

    #[test]
    fn names_are_those_that_are_serialized() {
        for template in MessageTemplate::ALL {
            assert_eq!(serde_json::to_value(template).unwrap(), template.name());
        }
        for kind in MessageKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
