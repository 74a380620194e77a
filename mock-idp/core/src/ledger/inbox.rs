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
    /// Only in emails.
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

impl InboxMessage {
    /// The longest text of a message, in bytes. Parts of it can come from a request.
    const MAX_TEXT: usize = 4_096;

    /// A message whose texts are shortened if they are too long.
    #[must_use]
    pub fn new(number: u64, time: i64, mut message: OutgoingMessage) -> Self {
        for text in [&mut message.to, &mut message.text].into_iter().chain(&mut message.subject) {
            crate::trace::shorten(text, Self::MAX_TEXT);
        }
        Self { number, time, message }
    }

    /// The key of the message with a number. The oldest is the first.
    #[must_use]
    pub fn key(number: u64) -> String {
        format!("{number:016x}")
    }
}

/// The numbers of the messages that are kept.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct InboxPosition {
    /// The number of the next message.
    next: u64,
    /// The smallest first.
    numbers: VecDeque<u64>,
}

impl Default for InboxPosition {
    fn default() -> Self {
        Self { next: 1, numbers: VecDeque::new() }
    }
}

impl InboxPosition {
    /// The key of the only record.
    pub const KEY: &'static str = "position";

    /// How many messages are kept; the oldest are removed first.
    pub const CAPACITY: usize = 500;

    /// The number of a new message; and that of the message that is removed for it, if the inbox is full.
    pub fn add(&mut self) -> (u64, Option<u64>) {
        let is_full = self.numbers.len() >= Self::CAPACITY;
        let removed = if is_full { self.numbers.pop_front() } else { None };
        let number = self.next;
        self.next += 1;
        self.numbers.push_back(number);
        (number, removed)
    }

    /// Forgets all other numbers.
    pub fn keep(&mut self, numbers: impl Iterator<Item = u64>) {
        let mut kept: Vec<u64> = numbers.collect();
        kept.sort_unstable();
        self.numbers = kept.into();
    }

    /// The numbers of the messages, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = u64> {
        self.numbers.iter().rev().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_message_is_removed_when_the_inbox_is_full_and_numbers_go_on() {
        let mut position = InboxPosition::default();
        for number in 1..=500 {
            assert_eq!(position.add(), (number, None));
        }
        assert_eq!(position.add(), (501, Some(1)));
        let numbers: Vec<u64> = position.newest_first().collect();
        assert_eq!((numbers.len(), numbers[0], numbers[499]), (500, 501, 2));
        position.keep([501, 499].into_iter());
        assert_eq!(position.newest_first().collect::<Vec<_>>(), [501, 499]);
        position.keep(std::iter::empty());
        assert_eq!(position.newest_first().next(), None);
        assert_eq!(position.add(), (502, None));
        assert_eq!(position.newest_first().collect::<Vec<_>>(), [502]);
    }

    #[test]
    fn keys_are_in_the_order_of_the_numbers() {
        let keys = [1, 9, 10, 499, 1_000_000].map(InboxMessage::key);
        assert!(keys.is_sorted());
    }

    #[test]
    fn long_texts_of_a_message_are_shortened() {
        let long = "é".repeat(10_000);
        let message = OutgoingMessage {
            kind: MessageKind::Email,
            to: long.clone(),
            user_id: None,
            template: Some(MessageTemplate::ForgotPassword),
            subject: Some(long.clone()),
            text: long,
            code: None,
            link: None,
        };
        let message = InboxMessage::new(1, 0, message).message;
        for text in [message.to, message.text, message.subject.unwrap()] {
            assert!(text.len() <= InboxMessage::MAX_TEXT + '…'.len_utf8() && text.ends_with('…'));
        }
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
