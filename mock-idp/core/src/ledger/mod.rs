//! The records of the ledger: what sign-ins create. Types only; the store is in the server.

mod authorization_request;
mod clock;
mod code;
mod consent;
mod device_secret;
mod direct_sign_in;
mod error;
mod failed_sign_ins;
mod inbox;
mod interclient_grant;
mod issued_tokens;
mod keep_prompts;
mod logged_request;
mod magic_link;
mod one_time_token;
mod own_emails;
mod polled;
mod push;
mod remembered_device;
mod server_keys;
mod session;
mod single_use;
mod size;
mod skipped_enrollments;
mod token_family;
mod transaction;
mod used_code;
mod user_times;

pub use authorization_request::{AuthorizationRequest, PushedRequest, RedirectTarget};
pub use clock::ClockSetting;
pub use code::{Authorization, Code, CodeState, HookedRequest};
pub use consent::Consent;
pub use device_secret::{DeviceSecret, DeviceSecretState, ExchangedTokens};
pub use direct_sign_in::{DirectSignIn, OobChallenge, OobQuestion};
pub use error::LedgerError;
pub use failed_sign_ins::FailedSignIns;
pub use inbox::{InboxMessage, InboxPosition, MessageKind, MessageTemplate, OutgoingMessage};
pub use interclient_grant::{InterclientGrant, InterclientGrantState};
pub use issued_tokens::{IssuedCredential, IssuedTokens};
pub use keep_prompts::KeepPrompts;
pub use logged_request::{LogPosition, LoggedRequest, PackedEvents};
pub use magic_link::{MagicLink, MagicLinkState, OpenedLink, SealedCode};
pub use one_time_token::{OneTimeToken, RecoveryKind};
pub use own_emails::{EmailAnswer, EmailChallenge, EmailRole, OwnEmails, UnverifiedEmail};
pub use polled::{BackchannelRequest, PendingRequests, PolledRequest, UserCode, UserDecision};
pub use push::{NumberChallenge, PushAnswer, PushNotification, PushNotifications, PushResult};
pub use remembered_device::RememberedDevice;
pub use server_keys::{KeyMaterial, KeyRecord};
pub use session::{Authentication, CurrentUser, Proof, Session, SessionClient, SignedIn};
pub use single_use::{ConsumedValue, SingleUse};
pub use size::RecordSize;
pub use skipped_enrollments::{EnrollmentGrace, GraceEnd, SkippedEnrollments};
pub use token_family::{
    FamilyState, RefreshTokenOwner, RefreshTokens, ReusedRefreshToken, RevokedAccessToken, TokenFamily,
};
pub use transaction::{
    Activation, AppChannel, AppEnrollment, ChosenPasskey, Interaction, PartialSignIn, PasswordWarning, ProofStep,
    ProviderVisit, Purpose, Recovery, RecoveryStep, Registration, SentCode, SentPush, Stage, StateHandle, Transaction,
};
pub use used_code::UsedCode;
