//! What goes into a step of a sign-in, and what comes out of it.

use std::fmt;

use serde_json::{Map, Value};

use super::passkeys::{PasskeyAssertion, PasskeyRegistration};
use super::problem::SignInProblem;
use super::provider::ProviderUser;
use crate::ledger::{
    Activation, AppChannel, Consent, FailedSignIns, KeepPrompts, MagicLink, MessageKind, OneTimeToken, OutgoingMessage,
    PushNotification, RecoveryKind, RecoveryStep, Registration, RememberedDevice, SkippedEnrollments, Stage,
    Transaction, UsedCode, UserDecision,
};
use crate::model::{DirectoryObject, Factor, Password, SignInMethod, User};
use crate::moment::RequestOrigin;
use crate::org::Urls;
use crate::protocol::Scopes;

/// What a user does in a step.
#[derive(Clone, Copy, Debug)]
pub enum SignInAnswer<'a> {
    Identifier(&'a str),
    /// What one field asks for: a password, a code, or the answer to a question.
    Passcode(&'a str),
    /// Both, from the single form.
    Both {
        identifier: &'a str,
        password: &'a str,
    },
    /// A new password, and whether it was typed twice without a difference.
    NewPassword {
        password: &'a str,
        repeated: bool,
        /// Whether the other sessions of the user end.
        ends_sessions: bool,
    },
    /// One click on the development picker, by login.
    Pick(&'a str),
    /// Gives access to an account in another way than by its password.
    Recover(RecoveryAnswer<'a>),
    /// Creates an account, or completes the profile of one.
    Register(RegistrationAnswer<'a>),
    /// Goes on with this method: proves it, or enrolls it.
    Choose(SignInMethod),
    /// Goes on with the authenticator of this method. The user says next which of its methods, and where a code is sent to.
    ChooseAuthenticator(SignInMethod),
    /// Enrolls a phone: a code is sent to this number.
    EnrollPhone {
        method: SignInMethod,
        number: &'a str,
    },
    /// Sets the app Okta Verify up by this channel. `address`: where the link is sent to, if it is sent.
    EnrollApp {
        channel: AppChannel,
        address: Option<&'a str>,
    },
    /// Shows the methods to choose from.
    ShowChoices,
    /// Requests a code or a notification.
    Resend,
    /// Asks whether a notification has been answered.
    Poll,
    /// A question to enroll, by its key or as text, with its answer. Where a question is asked, only the answer counts.
    Question {
        key: &'a str,
        text: &'a str,
        answer: &'a str,
    },
    /// Goes on with this passkey, or with any of the user.
    ChoosePasskey {
        factor_id: Option<&'a str>,
    },
    /// Registers a passkey or a security key.
    RegisterPasskey(PasskeyRegistration<'a>),
    /// Signs the challenge by a passkey or a security key.
    UsePasskey(PasskeyAssertion<'a>),
    /// Does what a passkey of the user would: for previews, which have none. No request has this answer.
    SimulatePasskey,
    /// Leaves out what is optional.
    Skip,
    /// Says whether to stay signed in.
    KeepMeSignedIn(bool),
    Consent {
        allowed: bool,
        /// The optional scopes that the user has selected.
        selected: &'a Scopes,
    },
    /// An external identity provider has authenticated the user.
    AtProvider(&'a ProviderUser),
    /// Back to the first step.
    Restart,
}

impl<'a> SignInAnswer<'a> {
    /// The name of a user that it has.
    #[must_use]
    pub fn identifier(self) -> Option<&'a str> {
        match self {
            Self::Identifier(identifier)
            | Self::Both { identifier, .. }
            | Self::Pick(identifier)
            | Self::Recover(RecoveryAnswer::Identifier(identifier)) => Some(identifier),
            _ => None,
        }
    }

    /// The answer as a stage takes it: where no password is chosen, a new one is what the field asks for.
    #[must_use]
    pub fn at(self, stage: &Stage) -> Self {
        let chooses_password = match stage {
            Stage::NewPassword { .. } | Stage::PasswordWarning(_) => true,
            Stage::Recovery(recovery) => matches!(recovery.step, RecoveryStep::Password { .. }),
            Stage::Registration(registration) => matches!(registration, Registration::Password { .. }),
            _ => false,
        };
        match self {
            Self::NewPassword { password, .. } if !chooses_password => Self::Passcode(password),
            answer => answer,
        }
    }

    /// The new password that it has, and whether it was typed twice without a difference. The IDX API has one form for both answers.
    #[must_use]
    pub fn new_password(self) -> Option<(&'a str, bool)> {
        match self {
            Self::NewPassword { password, repeated, .. } => Some((password, repeated)),
            Self::Passcode(password) => Some((password, true)),
            _ => None,
        }
    }
}

/// What a user does in a recovery. Codes and new passwords are entered as elsewhere.
#[derive(Clone, Copy, Debug)]
pub enum RecoveryAnswer<'a> {
    Begin(RecoveryKind),
    Identifier(&'a str),
    /// Answers the recovery question.
    Answer(&'a str),
    /// Wants what the link is for.
    Confirm,
}

/// What a user does in a registration. Codes and passwords are entered as elsewhere.
#[derive(Clone, Copy, Debug)]
pub enum RegistrationAnswer<'a> {
    Begin,
    /// The attributes of the profile.
    Profile(&'a Map<String, Value>),
}

/// A link, and perhaps a code, that a user gets.
#[derive(Clone)]
pub struct SentRecovery {
    pub secret: String,
    pub code: Option<String>,
    /// What is stored under the hash of the secret.
    pub token: OneTimeToken,
    pub channel: MessageKind,
    /// Whether an administrator has caused it.
    pub by_administrator: bool,
    /// Whether the account was locked.
    pub was_locked: bool,
}

/// Without the secrets.
impl fmt::Debug for SentRecovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentRecovery").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A link in an email, whose address the message does not have yet.
#[derive(Clone)]
pub struct SentLink {
    pub secret: String,
    /// What is stored under the hash of the secret.
    pub link: MagicLink,
    pub message: OutgoingMessage,
}

/// Without the secret and the code.
impl fmt::Debug for SentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentLink").field("message", &self.message).finish_non_exhaustive()
    }
}

/// What a step depends on besides the transaction. The caller loads it.
#[derive(Clone, Debug, Default)]
pub struct SignInFacts {
    /// The wrong passwords of the user of the step: [`user_of_step`](super::user_of_step).
    pub failed: FailedSignIns,
    /// What the signed-in user has allowed the client before.
    pub consent: Consent,
    /// The token of a recovery or a registration, if it can be used.
    pub token: Option<OneTimeToken>,
    /// The one-time password that was used last of the factor of the step: [`factor_of_step`](super::factor_of_step).
    pub used_code: Option<UsedCode>,
    /// The push notification of the step, if it is known: [`push_of_step`](super::push_of_step).
    pub push: Option<PushNotification>,
    /// The link of the step, if it is known: [`link_of_step`](super::link_of_step).
    pub link: Option<MagicLink>,
    /// When the users of the browser were asked whether to stay signed in; `None`: the app does not ask.
    pub prompts: Option<KeepPrompts>,
    /// The users who have proved a second authenticator in the browser, if a policy remembers it.
    pub device: Option<RememberedDevice>,
    /// The enrollments that the user has left out before: [`enrolling_user`](super::enrolling_user).
    pub skipped: SkippedEnrollments,
    /// The challenge of passkeys on the first page: [`autofill_challenge`](super::autofill_challenge).
    pub autofill_challenge: Option<String>,
    /// Where the request comes from.
    pub origin: RequestOrigin,
    /// Where the org is: pages of these origins use passkeys.
    pub urls: Urls,
}

/// What has to be stored because of a step.
#[derive(Clone, Debug)]
pub enum SignInEffect {
    /// The wrong passwords of a user.
    FailedSignIns { user_id: String, failed: FailedSignIns },
    /// The user has a new password.
    SetPassword { user_id: String, password: Password },
    /// The sessions of the user end.
    EndSessions { user_id: String },
    /// The user gets a link and a code.
    SendRecovery(SentRecovery),
    /// A code is sent to the address of a user who registers.
    SendCode { key: String, token: OneTimeToken, message: Box<OutgoingMessage> },
    /// There is a new user.
    CreateUser { user: Box<User> },
    /// The user, who exists, has entered these attributes of the profile.
    CompleteProfile { user: Box<User>, given: Map<String, Value> },
    /// The user gets a message that a reset is not allowed.
    DenyRecovery { user_id: String },
    /// The token of a recovery is used up. The key is that of its record.
    UseToken { key: String },
    /// A wrong code or answer was entered.
    CountWrong { key: String },
    /// The account is not locked any more.
    Unlock { user_id: String },
    /// A one-time password of a factor has been used.
    UseCode { factor_id: String, used: UsedCode },
    /// The user gets a notification on the phone.
    SendPush(Box<PushNotification>),
    /// The user has proved a second authenticator at this time, and is not asked for one in this browser for a while.
    RememberDevice { user_id: String, at: i64 },
    /// The user has said whether to stay signed in.
    AskedToStay { user_id: String },
    /// The sign-in does not wait for this notification any more.
    WithdrawPush { id: String },
    /// The user gets a message.
    SendMessage(Box<OutgoingMessage>),
    /// The user gets an email with a link that confirms the code in it.
    SendLink(Box<SentLink>),
    /// Another link is sent: the one with this key cannot be used any more.
    ReplaceLink { key: String },
    /// A passkey has signed so often.
    CountSignature { user_id: String, factor_id: String, sign_count: u32 },
    /// The user has left out the enrollment of these authenticators, whose number of skips is limited.
    SkipEnrollments { user_id: String, authenticators: Vec<String> },
    /// The user has enrolled a factor.
    Enroll { user_id: String, factor: Factor },
    /// The user has allowed the client these scopes.
    GiveConsent { user_id: String, scopes: Scopes },
    /// The user has signed in at an external identity provider.
    ChangeByProvider(ProviderSignInChange),
    /// The user has decided on a device.
    DecideDevice { activation: Activation, decision: UserDecision },
}

/// What a sign-in at an external identity provider changes.
#[derive(Clone, Debug)]
pub struct ProviderSignInChange {
    /// The user, if the provider has created or changed the user.
    pub user: Option<Box<User>>,
    /// Whether the provider has created the user.
    pub is_new: bool,
    /// The link between the user and the provider's user, if it is new.
    pub link: Option<DirectoryObject>,
}

impl SignInEffect {
    /// Whether the user has a new password by it.
    pub(super) fn sets_password(&self) -> bool {
        matches!(self, Self::SetPassword { .. } | Self::CreateUser { .. })
    }

    /// The user who is new, or is not the same any more.
    pub(super) fn new_user(&self) -> Option<&User> {
        match self {
            Self::CreateUser { user } | Self::CompleteProfile { user, .. } => Some(user),
            Self::ChangeByProvider(change) => change.user.as_deref(),
            _ => None,
        }
    }
}

/// A step that was not taken: why, what has to be stored, and the transaction, which may be at an earlier stage.
#[derive(Clone, Debug)]
pub struct RejectedAnswer {
    pub problem: SignInProblem,
    pub transaction: Transaction,
    pub effects: Vec<SignInEffect>,
}
