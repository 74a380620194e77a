//! The ledger: what sign-ins leave behind, behind a few atomic operations, so that another store can take its place.

mod table;

pub(crate) use table::Table;

use mock_idp_core::ledger::{
    Code, Consent, DeviceSecret, HandOver, Holdings, Inbox, Participant, Polled, PushedRequest, RefreshTokenOwner,
    Revocation, Session, SignedIn, TokenFamily, Transaction, Used, UserCode,
};
use mock_idp_core::protocol::RequestedClaims;

/// All records of one org.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// By device secret.
    pub(crate) device_secrets: Table<DeviceSecret>,
    /// By `jti` of the interclient token.
    pub(crate) hand_overs: Table<HandOver>,
    /// By user id.
    pub(crate) holdings: Table<Holdings>,
    /// By `auth_req_id`.
    pub(crate) backchannel: Table<Polled>,
    /// By [`Inbox::KEY`].
    pub(crate) inboxes: Table<Inbox>,
    /// By device code.
    pub(crate) devices: Table<Polled>,
    /// By user code.
    pub(crate) user_codes: Table<UserCode>,
    /// By state handle.
    pub(crate) transactions: Table<Transaction>,
    /// By session cookie.
    pub(crate) sessions: Table<Session>,
    /// By session token: what waits to become a session.
    pub(crate) session_tokens: Table<SignedIn>,
    /// By code.
    pub(crate) codes: Table<Code>,
    /// By id (`oar…`).
    pub(crate) families: Table<TokenFamily>,
    /// By refresh token.
    pub(crate) refresh_tokens: Table<RefreshTokenOwner>,
    /// By `jti` of the access token.
    pub(crate) revocations: Table<Revocation>,
    /// By `jti` of the access token: claims that its request asked for one by one.
    pub(crate) requested_claims: Table<RequestedClaims>,
    /// By session cookie: who wants to hear of the session's end.
    pub(crate) participants: Table<Vec<Participant>>,
    /// By [`Consent::key`].
    pub(crate) consents: Table<Consent>,
    /// By [`SingleUse::key`](mock_idp_core::ledger::SingleUse).
    pub(crate) used: Table<Used>,
    /// By `request_uri`.
    pub(crate) pushed_requests: Table<PushedRequest>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            device_secrets: Table::bounded(10_000),
            hand_overs: Table::bounded(10_000),
            holdings: Table::bounded(10_000),
            backchannel: Table::bounded(10_000),
            inboxes: Table::bounded(1),
            devices: Table::bounded(10_000),
            user_codes: Table::bounded(10_000),
            transactions: Table::bounded(10_000),
            sessions: Table::bounded(10_000),
            session_tokens: Table::bounded(10_000),
            codes: Table::bounded(10_000),
            families: Table::bounded(20_000),
            refresh_tokens: Table::bounded(40_000),
            revocations: Table::bounded(20_000),
            requested_claims: Table::bounded(20_000),
            participants: Table::bounded(10_000),
            consents: Table::bounded(10_000),
            used: Table::bounded(100_000),
            pushed_requests: Table::bounded(10_000),
        }
    }
}

impl Ledger {
    /// Forgets everything.
    pub(crate) async fn clear(&self) {
        self.device_secrets.clear().await;
        self.hand_overs.clear().await;
        self.holdings.clear().await;
        self.backchannel.clear().await;
        self.inboxes.clear().await;
        self.devices.clear().await;
        self.user_codes.clear().await;
        self.transactions.clear().await;
        self.sessions.clear().await;
        self.session_tokens.clear().await;
        self.codes.clear().await;
        self.families.clear().await;
        self.refresh_tokens.clear().await;
        self.revocations.clear().await;
        self.requested_claims.clear().await;
        self.participants.clear().await;
        self.consents.clear().await;
        self.used.clear().await;
        self.pushed_requests.clear().await;
    }
}
