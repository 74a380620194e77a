//! What the sign-in pages show, as plain data.
//!
//! A view has everything that its page shows, and nothing that it must not show. A page looks nothing up.

use std::sync::Arc;

use super::frame::Frame;
use super::home::HomeView;
use super::recovery::RecoveryView;
use mock_idp_core::org::PickerUser;
use mock_idp_core::policy::password_rules::PasswordRules;
use mock_idp_core::sign_in::SignInProblem;
use serde::Serialize;

/// One whole page of the hosted sign-in.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub(crate) enum PageView {
    /// Identifier, password or both.
    SignIn(SignInView),
    /// A step of a recovery.
    Recovery(RecoveryView),
    /// The user who is signed in.
    Home(HomeView),
    /// A further proof, or an enrollment.
    Proofs(super::proofs::ProofView),
    /// Asks whether to stay signed in.
    KeepMeSignedIn(super::keep_signed_in::KeepMeSignedInView),
    /// The client asks for scopes that need the user's consent.
    Consent(ConsentView),
    /// An error that must not be redirected, or that has no redirect target.
    Error(ErrorView),
    /// Asks whether to sign out.
    SignOut(SignOutView),
    /// After sign-out without a registered return address.
    SignedOut(SignedOutView),
    /// The end of a link in an email.
    MagicLink(super::magic_link::MagicLinkView),
    /// `response_mode=form_post`: the answer travels as an auto-submitted form.
    FormPost(FormPostView),
    /// `response_mode=okta_post_message`: the answer travels as a message to another window.
    PostMessage(PostMessageView),
    /// Loaded by clients in a hidden frame: says whether the session has changed.
    CheckSession(CheckSessionView),
    /// A user activates a device.
    Activation(ActivationView),
    /// Backchannel requests, which the tester answers.
    Backchannel(BackchannelView),
}

/// Which fields the sign-in form shows.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum SignInStep {
    /// First the identifier alone.
    Identifier,
    /// Then the password of the identifier shown.
    Password { identifier: String },
    /// A new password in place of one that has expired, or expires soon.
    NewPassword {
        identifier: String,
        /// In how many days it expires.
        days_left: Option<i64>,
        #[serde(skip_serializing)]
        rules: Box<PasswordRules>,
    },
    /// Both at once.
    Single,
    /// Both at once, on a page like that of the Classic Engine.
    Classic,
    /// No field: users sign in at external identity providers.
    Providers,
}

/// What a client has registered about itself, for people to see. OIDC Registration 2.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct AboutClient {
    pub logo_uri: Option<String>,
    pub client_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
}

/// The sign-in form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SignInView {
    pub frame: Frame,
    pub step: SignInStep,
    /// Where the form posts to: a path on this host.
    pub action: String,
    /// Hidden `stateHandle`.
    pub state_handle: String,
    /// The initial value of the identifier field (`login_hint`, or what was typed before).
    pub identifier: String,
    pub keep_me_signed_in: bool,
    /// Why the last attempt was refused.
    pub problem: Option<SignInProblem>,
    /// Nothing where it is shown with the consent form only.
    pub about: AboutClient,
    pub request: RequestSummary,
    /// Users to sign in as with one click; empty when the picker is off.
    pub personas: Arc<Vec<PickerUser>>,
    /// Where the picker's links lead, without their query.
    pub pick_action: String,
    /// Where "Back to sign in" leads (first step again).
    pub restart_href: String,
    pub other_ways: Box<OtherWays>,
    /// What a browser needs to offer passkeys beside the names of users, as JSON. `None`: it does not.
    #[serde(skip_serializing)]
    pub autofill: Option<String>,
}

/// Where users go who cannot sign in, as far as policies allow it.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct OtherWays {
    pub forgot_password: Option<String>,
    pub register: Option<String>,
    pub unlock: Option<String>,
    /// External identity providers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderLink>,
}

/// An external identity provider to sign in at.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProviderLink {
    pub name: String,
    /// Okta: `OIDC`, `GOOGLE`, …
    pub kind: String,
    pub href: String,
}

/// What the client requests.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RequestSummary {
    pub client_label: String,
    pub client_id: String,
    /// `None`: the org authorization server.
    pub server_name: Option<String>,
    pub scopes: Vec<String>,
    /// Empty for devices, which are not redirected to.
    pub redirect_uri: String,
    pub response_type: String,
    pub response_mode: String,
    pub prompt: Option<String>,
    pub pkce: bool,
    pub nonce: bool,
    /// Insecure choices: no PKCE, a plain http redirect to another machine …
    pub warnings: Vec<String>,
}

/// The consent form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConsentView {
    pub frame: Frame,
    pub action: String,
    pub state_handle: String,
    pub client_label: String,
    pub user_login: String,
    pub about: AboutClient,
    pub scopes: Vec<ConsentScope>,
    pub request: RequestSummary,
}

/// One line of the consent form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConsentScope {
    pub name: String,
    pub display_name: String,
    pub description: String,
    /// The user may leave it out (`optional` on the scope).
    pub optional: bool,
}

/// An error page. `code` and `description` are what Okta shows; the rest helps the developer in front of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErrorView {
    pub frame: Frame,
    pub status: u16,
    pub code: String,
    pub description: String,
    pub reason: String,
    /// For a redirect URI that is not registered: what came and what would have been accepted.
    pub redirect_uris: Option<RedirectUriMismatch>,
}

/// The received redirect URI, and the registered ones.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RedirectUriMismatch {
    pub client_label: String,
    pub received: String,
    /// The nearest first.
    pub registered: Vec<String>,
    /// The shell command that registers the received one; `None` if it could never be registered.
    pub command: Option<String>,
}

/// The page that asks whether to sign out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SignOutView {
    pub frame: Frame,
    /// Where the form is posted to.
    pub action: String,
    /// Shows that the form was sent from this page.
    pub confirmation: String,
}

/// The page after sign-out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SignedOutView {
    pub frame: Frame,
    pub was_signed_in: bool,
    /// Front-channel logout addresses of clients, loaded in frames.
    pub frames: Vec<String>,
    /// Where the browser goes afterwards.
    pub next: Option<String>,
}

/// The answer of `response_mode=form_post`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FormPostView {
    pub frame: Frame,
    /// The checked redirect URI.
    pub action: String,
    /// Id of the user, if one has signed in.
    pub user_id: Option<String>,
    /// Hidden inputs in wire order.
    pub fields: Vec<(String, String)>,
}

/// The answer of `response_mode=okta_post_message`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PostMessageView {
    /// Its request id, fresh and unguessable, is also the nonce that lets the page's one script run.
    pub frame: Frame,
    /// The origin of the checked redirect URI: the only one that may receive the message.
    pub target_origin: String,
    /// In wire order.
    pub fields: Vec<(&'static str, String)>,
}

/// The page that clients embed to learn whether the session has changed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CheckSessionView {
    pub frame: Frame,
    /// The name of the cookie that its script reads.
    pub state_cookie: String,
}

/// A page of device activation. RFC 8628 3.3.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ActivationView {
    pub frame: Frame,
    pub step: ActivationStep,
}

/// The steps of device activation.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum ActivationStep {
    /// Asks for the code that the device shows.
    Code {
        action: String,
        /// The initial value of the field.
        user_code: String,
        /// Inside reason why the code before was refused.
        refused: Option<String>,
    },
    /// The user has signed in and confirms the device.
    Confirm {
        action: String,
        state_handle: String,
        client_label: String,
        user_login: String,
        user_code: String,
        scopes: Vec<ConsentScope>,
    },
    /// The user has allowed or denied.
    Done { client_label: String, allowed: bool },
}

/// The requests that wait for a user's decision. OpenID CIBA.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BackchannelView {
    pub frame: Frame,
    pub action: String,
    /// What the last decision led to.
    #[serde(skip_serializing)]
    pub decided: Option<ShownDecision>,
    /// The oldest first.
    pub requests: Vec<BackchannelItem>,
}

/// What a decision on a backchannel request led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ShownDecision {
    Approved,
    Denied,
    /// The request did not wait any more.
    TooLate,
}

impl ShownDecision {
    const ALL: [Self; 3] = [Self::Approved, Self::Denied, Self::TooLate];

    /// Its name in an address.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::TooLate => "too-late",
        }
    }

    /// The one of this name.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decided| decided.name() == name)
    }
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BackchannelItem {
    /// The id of the request in the form. It is shown on this page only.
    pub id: String,
    pub client_label: String,
    pub user_login: String,
    /// The numbers that the user chooses from; none: the user approves.
    pub numbers: Vec<u8>,
    /// Also shown by the client, so that the user can compare.
    pub binding_message: Option<String>,
    pub scopes: Vec<String>,
    /// Seconds.
    pub ends_in: i64,
}
