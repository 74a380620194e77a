//! How much memory a record takes, roughly: what clients and users can make longer counts, the rest is a constant.

use super::authorization_request::{AuthorizationRequest, PushedRequest};
use super::clock::ClockSetting;
use super::code::{Authorization, Code, HookedRequest};
use super::consent::Consent;
use super::device_secret::{DeviceSecret, DeviceSecretState};
use super::direct_sign_in::{DirectSignIn, OobChallenge};
use super::failed_sign_ins::FailedSignIns;
use super::inbox::{InboxMessage, InboxPosition};
use super::interclient_grant::InterclientGrant;
use super::issued_tokens::IssuedTokens;
use super::keep_prompts::KeepPrompts;
use super::logged_request::{LogPosition, LoggedRequest};
use super::magic_link::MagicLink;
use super::one_time_token::OneTimeToken;
use super::own_emails::OwnEmails;
use super::polled::{PendingRequests, PolledRequest, UserCode};
use super::push::PushNotifications;
use super::remembered_device::RememberedDevice;
use super::server_keys::KeyRecord;
use super::session::{Session, SessionClient, SignedIn};
use super::single_use::ConsumedValue;
use super::skipped_enrollments::SkippedEnrollments;
use super::token_family::{FamilyState, RefreshTokenOwner, RevokedAccessToken, TokenFamily};
use super::transaction::{ProviderVisit, Purpose, SentCode, Stage, StateHandle, Transaction};
use super::used_code::UsedCode;
use crate::protocol::{Parameters, RequestedClaims, Scopes};

/// The size of a record, for the bound of its table.
pub trait RecordSize {
    /// Bytes, without the key. It takes no time that grows with the record's lists of small entries.
    fn size(&self) -> usize;
}

/// An id, a token or a number, with what the allocator and the containers need.
const VALUE: usize = 64;

macro_rules! sizes {
    ($($record:ty: |$it:ident| $size:expr;)*) => {
        $(impl RecordSize for $record {
            fn size(&self) -> usize {
                let $it = self;
                size_of::<Self>() + $size
            }
        })*
    };
}

sizes! {
    DeviceSecret: |it| 4 * VALUE + match &it.state {
        DeviceSecretState::Active { exchanged } => exchanged.len() * 3 * VALUE,
        DeviceSecretState::Revoked => 0,
    };
    InterclientGrant: |_it| 5 * VALUE;
    IssuedTokens: |it| it.len() * 2 * VALUE;
    PolledRequest: |it| 6 * VALUE + scopes(&it.scopes);
    DirectSignIn: |it| 4 * VALUE + scopes(&it.scopes) + scopes(&it.requested) + it.proofs.len() * VALUE;
    OobChallenge: |_it| 8 * VALUE;
    PendingRequests: |it| it.requests.iter().map(|request| {
        6 * VALUE + scopes(&request.scopes) + text(request.binding_message.as_deref())
    }).sum::<usize>();
    UserCode: |_it| VALUE;
    InboxMessage: |it| 5 * VALUE + it.message.to.len() + it.message.text.len() + text(it.message.subject.as_deref());
    InboxPosition: |_it| InboxPosition::CAPACITY * size_of::<u64>();
    Transaction: |it| 4 * VALUE + stage(&it.stage) + match &it.purpose {
        Purpose::Authorize(request) => request.size(),
        Purpose::Authn { .. } => VALUE,
        Purpose::Home { target, .. } => VALUE + text(target.as_deref()),
        Purpose::Interact(interaction) => VALUE + interaction.request.size(),
        Purpose::Activate(activation) => 4 * VALUE + scopes(&activation.scopes),
    };
    StateHandle: |_it| VALUE;
    ProviderVisit: |it| 6 * VALUE + it.redirect_uri.len();
    OneTimeToken: |_it| 2 * VALUE;
    AuthorizationRequest: |it| 6 * VALUE
        + it.target.redirect_uri().len()
        + text(it.target.state())
        + scopes(&it.scopes)
        + text(it.nonce.as_deref())
        + text(it.login_hint.as_deref())
        + text(it.acr_values.as_deref())
        + claims(&it.claims);
    Session: |_it| 4 * VALUE;
    SignedIn: |_it| 3 * VALUE;
    Authorization: |it| 7 * VALUE
        + scopes(&it.scopes)
        + text(it.acr.as_deref())
        + claims(&it.claims)
        + it.request.as_ref().map_or(0, |request| request.size());
    HookedRequest: |it| 2 * VALUE
        + it.scope.len()
        + text(it.state.as_deref())
        + text(it.nonce.as_deref())
        + it.redirect_uri.len();
    Code: |it| 4 * VALUE + it.authorization.size() + it.redirect_uri.len() + text(it.nonce.as_deref());
    TokenFamily: |it| VALUE + it.authorization.size() + match &it.state {
        FamilyState::Active(tokens) => tokens.len() * 2 * VALUE,
        FamilyState::Revoked => 0,
    };
    RefreshTokenOwner: |_it| VALUE;
    RevokedAccessToken: |_it| 0;
    RequestedClaims: |it| claims(it);
    Vec<SessionClient>: |it| it.len() * 2 * VALUE;
    Consent: |it| scopes(&it.scopes);
    ConsumedValue: |_it| 0;
    FailedSignIns: |_it| 0;
    UsedCode: |_it| 0;
    KeepPrompts: |it| it.users().map(|user_id| user_id.len() + 32).sum::<usize>();
    OwnEmails: |it| (it.unverified.len() + 3 * it.challenges.len()) * VALUE;
    RememberedDevice: |it| it.users().map(|user_id| user_id.len() + 32).sum::<usize>();
    // One entry for each authenticator.
    SkippedEnrollments: |_it| 8 * VALUE;
    SentCode: |_it| 2 * VALUE;
    MagicLink: |_it| 4 * VALUE;
    PushNotifications: |it| it.notifications.iter().map(|push| 4 * VALUE + push.app.len()).sum::<usize>();
    PushedRequest: |it| 2 * VALUE + parameters(&it.parameters);
    // Up to four private keys.
    KeyRecord: |_it| 4 * 2_048;
    LoggedRequest: |it| it.request_id.len()
        + it.address.len()
        + text(it.user_agent.as_deref())
        + it.path.len()
        + it.events.size();
    LogPosition: |_it| 0;
    [u8; 32]: |_it| 0;
    ClockSetting: |_it| 0;
}

fn stage(stage: &Stage) -> usize {
    match stage {
        // The profile of a user who registers is bounded.
        Stage::Registration(_) => 32 * VALUE,
        Stage::MoreProofs(partial) => size_of_val(&**partial) + 4 * VALUE,
        Stage::PasswordWarning(warning) => size_of_val(&**warning) + 4 * VALUE,
        _ => 0,
    }
}

fn text(text: Option<&str>) -> usize {
    text.map_or(0, str::len)
}

fn scopes(scopes: &Scopes) -> usize {
    scopes.iter().map(|scope| size_of::<String>() + scope.len()).sum()
}

fn claims(claims: &RequestedClaims) -> usize {
    claims.userinfo.iter().chain(&claims.id_token).map(|name| size_of::<String>() + name.len()).sum()
}

fn parameters(parameters: &Parameters) -> usize {
    parameters.iter().map(|(name, value)| 2 * size_of::<String>() + name.len() + value.len()).sum()
}
