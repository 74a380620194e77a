//! Sign-ins in progress.

use serde::{Deserialize, Serialize};

use super::authorization_request::AuthorizationRequest;
use super::inbox::MessageKind;
use super::one_time_token::RecoveryKind;
use super::push::PushResult;
use super::session::{Authentication, CurrentUser, Proof, SignedIn};
use super::skipped_enrollments::EnrollmentGrace;
use crate::model::{Factor, SignInMethod, User};
use crate::protocol::{Language, Scopes};

/// A sign-in in progress, stored under its state handle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub purpose: Purpose,
    pub stage: Stage,
    /// The browser that began it: no other can continue it. `None` if its client asks the user itself: then the state handle is enough,
    /// until the user of a public client comes back from an external identity provider.
    pub browser: Option<String>,
    /// "Keep me signed in".
    pub remember: bool,
    /// Whether its page has been submitted, and what follows is not stored yet: the page can be submitted again, and its answer is not
    /// read again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub submitted: bool,
    /// The first second at which it cannot be continued.
    pub expires: i64,
}

impl Transaction {
    /// The browser or the device of the user, by which the user may be known again.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        match &self.purpose {
            Purpose::Authn { device, .. } => device.as_deref(),
            _ => self.browser.as_deref(),
        }
    }
}

/// What a sign-in is for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Purpose {
    /// A client has sent the browser to the authorization endpoint.
    Authorize(Box<AuthorizationRequest>),
    /// A client asks the user itself, and gets an interaction code.
    Interact(Box<Interaction>),
    /// The user has entered the code of a device.
    Activate(Activation),
    /// A program signs the user in, for a session token. Okta: `/api/v1/authn`.
    Authn {
        /// Id of the org authorization server.
        server: String,
        /// Whether the program can show that the password expires soon. Okta: `warnBeforePasswordExpired`.
        #[serde(default)]
        warns: bool,
        /// The hash of the token by which the program names the user's device. Okta: `deviceToken`.
        #[serde(default)]
        device: Option<String>,
    },
    /// The user wants to use the org itself, or to go on to one of its pages.
    Home {
        /// Id of the org authorization server.
        server: String,
        /// The URL that the browser goes on to. Without one: the user's own page.
        target: Option<String>,
    },
}

impl Purpose {
    /// Id of the authorization server.
    #[must_use]
    pub fn server(&self) -> &str {
        match self {
            Self::Authorize(request) => &request.server,
            Self::Interact(interaction) => &interaction.request.server,
            Self::Activate(activation) => &activation.server,
            Self::Authn { server, .. } | Self::Home { server, .. } => server,
        }
    }

    /// The client that the user signs in for, if it is known.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::Authorize(request) => Some(&request.client_id),
            Self::Interact(interaction) => Some(&interaction.request.client_id),
            Self::Activate(activation) => Some(&activation.client_id),
            Self::Authn { .. } | Self::Home { .. } => None,
        }
    }

    /// The request of the client, if it has sent one.
    #[must_use]
    pub fn request(&self) -> Option<&AuthorizationRequest> {
        match self {
            Self::Authorize(request) => Some(request),
            Self::Interact(interaction) => Some(&interaction.request),
            Self::Activate(_) | Self::Authn { .. } | Self::Home { .. } => None,
        }
    }

    /// The same purpose, for a user who authenticates at this external identity provider.
    #[must_use]
    pub fn at_provider(self, provider: String) -> Self {
        match self {
            Self::Authorize(request) => {
                Self::Authorize(Box::new(AuthorizationRequest { idp: Some(provider), ..*request }))
            }
            Self::Interact(interaction) => {
                let Interaction { request, handle } = *interaction;
                let request = AuthorizationRequest { idp: Some(provider), ..request };
                Self::Interact(Box::new(Interaction { request, handle }))
            }
            other @ (Self::Activate(_) | Self::Authn { .. } | Self::Home { .. }) => other,
        }
    }

    /// The language that the client wants pages in.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.request().and_then(|request| request.language)
    }

    /// The same purpose, once the user has allowed these scopes.
    #[must_use]
    pub(crate) fn with_consent(self, scopes: Scopes) -> Self {
        match self {
            Self::Authorize(request) => Self::Authorize(Box::new(request.with_consent(scopes))),
            Self::Interact(interaction) => {
                let Interaction { request, handle } = *interaction;
                Self::Interact(Box::new(Interaction { request: request.with_consent(scopes), handle }))
            }
            other @ (Self::Activate(_) | Self::Authn { .. } | Self::Home { .. }) => other,
        }
    }
}

/// A sign-in that a client performs itself. Okta: the Interaction Code flow.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    pub request: AuthorizationRequest,
    /// The interaction handle, by which the client knows the sign-in.
    pub handle: String,
}

/// A device for which a user is signing in. RFC 8628.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    pub server: String,
    pub client_id: String,
    pub scopes: Scopes,
    pub device_code: String,
    pub user_code: String,
}

/// How far a sign-in is, with what that stage knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Stage {
    /// It needs an identifier.
    Identify,
    /// It needs a password. The identifier may be unknown.
    Challenge { identifier: String },
    /// The password is right, and has expired: it needs a new one.
    NewPassword { user_id: String },
    /// It gives access to an account in another way than by its password.
    Recovery(Recovery),
    /// A user without an account creates one.
    Registration(Registration),
    /// The user has proved something, and policies demand more.
    MoreProofs(Box<PartialSignIn>),
    /// The proofs are enough, and the password expires soon: the user can choose a new one now.
    PasswordWarning(Box<PasswordWarning>),
    /// The user has authenticated, and lacks attributes of the profile that a policy requires.
    ProfileUpdate(SignedIn),
    /// The user has authenticated, and is asked whether to stay signed in.
    KeepMeSignedIn(SignedIn),
    /// The user has authenticated, and has no session yet.
    SignedIn(SignedIn),
    /// The user has not been signed in at an external identity provider: it begins again.
    ProviderFailed,
    /// It needs consent. The user is signed in, by this transaction or before.
    Consent { user: CurrentUser },
    /// The user has given consent, or has refused it.
    Decided { user: CurrentUser, allowed: bool },
}

impl Stage {
    /// The key of the [`OneTimeToken`](super::OneTimeToken) that a recovery or a registration depends on.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Recovery(recovery) => recovery.step.token(),
            Self::Registration(Registration::Code { token, .. }) => Some(token),
            _ => None,
        }
    }
}

/// The recovery of an account, or its activation.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    pub kind: RecoveryKind,
    pub step: RecoveryStep,
}

/// How far a registration is. The user exists when it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Registration {
    /// It needs the attributes of the profile.
    Profile,
    /// It needs a password.
    Password { user: Box<User> },
    /// It needs the code that was sent to the user's address. `token` is the key of its record.
    Code { user: Box<User>, token: String },
}

/// How far a recovery is. `token` is the key of the [`OneTimeToken`](super::OneTimeToken), which the last step uses up.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum RecoveryStep {
    /// It needs an identifier.
    Identify,
    /// It needs the code that was sent. The identifier may be unknown; then there is no such token.
    Code { identifier: String, channel: MessageKind, token: String },
    /// It needs the answer to the recovery question.
    Question { user_id: String, token: String },
    /// The link was opened, and the account can be unlocked.
    Confirm { user_id: String, token: String },
    /// It needs a new password.
    Password { user_id: String, token: String },
    /// The account is unlocked: it needs nothing more.
    Unlocked { user_id: String },
}

impl RecoveryStep {
    /// The user, if the user has proved something.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::Identify | Self::Code { .. } => None,
            Self::Question { user_id, .. }
            | Self::Confirm { user_id, .. }
            | Self::Password { user_id, .. }
            | Self::Unlocked { user_id } => Some(user_id),
        }
    }

    /// The key of the token.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Identify | Self::Unlocked { .. } => None,
            Self::Code { token, .. }
            | Self::Question { token, .. }
            | Self::Confirm { token, .. }
            | Self::Password { token, .. } => Some(token),
        }
    }
}

/// A user who has proved something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartialSignIn {
    pub user_id: String,
    /// When the transaction has begun to ask: proofs since then are new, whatever their age.
    pub began: i64,
    pub proofs: Vec<Proof>,
    /// Id of the external identity provider at which the user has authenticated.
    #[serde(default)]
    pub idp: Option<String>,
    /// The session of the browser, which goes on. `None`: a new one begins.
    pub session: Option<String>,
    /// Whether the user has been warned that the password expires.
    #[serde(default)]
    pub warned: bool,
    /// The methods that the user can choose from.
    pub choices: Vec<SignInMethod>,
    /// Whether a passkey among them has to verify the user, because a policy demands it.
    #[serde(default)]
    pub verifies_user: bool,
    /// The enrollments among them that are required, and can be left out for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grace: Vec<EnrollmentGrace>,
    pub step: ProofStep,
}

impl PartialSignIn {
    /// A user with a session, of whom more is demanded from now on.
    #[must_use]
    pub fn in_session(known: &Authentication, now: i64) -> Self {
        Self {
            user_id: known.user_id.clone(),
            began: now,
            proofs: known.proofs.clone(),
            idp: known.idp.clone(),
            session: Some(known.session_id.clone()),
            warned: false,
            choices: Vec::new(),
            verifies_user: false,
            grace: Vec::new(),
            step: ProofStep::Choose,
        }
    }
}

/// A user whose password expires soon.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordWarning {
    pub partial: PartialSignIn,
    /// In so many days; 0: within a day.
    pub days: i64,
}

/// What a user does next to prove more.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum ProofStep {
    /// Chooses a method.
    Choose,
    /// Enters the password.
    EnterPassword,
    /// Answers what this factor asks. `sent`: the code that the org has sent, if it sends one.
    Verify { factor_id: String, sent: Option<SentCode> },
    /// Answers a push notification on the phone.
    Wait { factor_id: String, push: SentPush },
    /// Signs this challenge by a passkey or a security key. `chosen`: what was asked for, if the user has a choice.
    UsePasskey { challenge: String, chosen: Option<ChosenPasskey> },
    /// Chooses what to enroll. Optional enrollments can be skipped.
    ChooseEnrollment { optional: bool },
    /// Proves that this factor works, or defines it, if it is a question or a phone. `sent`: as above.
    Enroll { factor: Box<Factor>, optional: bool, sent: Option<SentCode> },
    /// Sets the app Okta Verify up on a phone.
    EnrollApp { factor: Box<Factor>, optional: bool, app: AppEnrollment },
}

/// How a user sets the app Okta Verify up on a phone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AppEnrollment {
    pub channel: AppChannel,
    /// The email address or the number that the link was sent to. A QR code is sent nowhere.
    pub address: Option<String>,
    /// What the phone answers. `None`: the link has not been sent.
    pub push: Option<SentPush>,
}

/// How the phone gets to know what it is set up for. Okta: `channel`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum AppChannel {
    QrCode,
    Email,
    Sms,
}

impl AppChannel {
    pub const ALL: [Self; 3] = [Self::QrCode, Self::Email, Self::Sms];

    /// Okta's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::QrCode => "qrcode",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// A passkey that a program has asked for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum ChosenPasskey {
    Any,
    /// The factor with this id.
    One(String),
}

impl ChosenPasskey {
    /// The id of the one that was chosen.
    #[must_use]
    pub fn factor_id(&self) -> Option<&str> {
        match self {
            Self::Any => None,
            Self::One(id) => Some(id),
        }
    }
}

/// A code that the org has sent to a user.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SentCode {
    /// The hash of the code.
    pub hash: String,
    /// The first second at which it is not accepted.
    pub expires: i64,
    /// The key of the link that confirms it.
    #[serde(default)]
    pub link: Option<String>,
    /// How many wrong codes have been entered in place of it, where nothing else counts them.
    #[serde(default)]
    pub wrong: u8,
}

/// A push notification to the phone of a user.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SentPush {
    pub id: String,
    pub expires: i64,
    /// The number that the user chooses on the phone.
    pub number: Option<u8>,
    pub result: PushResult,
}

/// A user who is at an external identity provider, stored under the `state` of the request to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProviderVisit {
    /// Id of the identity provider.
    pub provider: String,
    /// The state handle of the transaction that goes on afterwards.
    pub transaction: String,
    /// The browser that was sent there: no other can come back.
    pub browser: String,
    pub nonce: String,
    /// RFC 7636 4.1; `None`: the provider is not asked with PKCE.
    pub code_verifier: Option<String>,
    pub redirect_uri: String,
}

impl ProviderVisit {
    /// How long the user can stay there, in seconds: as long as a page of the sign-in can be submitted.
    pub const LIFETIME: i64 = 3600;
}

/// The state handle of the transaction that a client knows by its interaction handle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StateHandle(pub String);
