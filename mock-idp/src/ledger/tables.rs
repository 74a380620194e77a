//! Access to the tables: one method per table.

use mock_idp_core::ledger::{
    ClockSetting, Code, Consent, ConsumedValue, DeviceSecret, DirectSignIn, FailedSignIns, InboxMessage, InboxPosition,
    InterclientGrant, IssuedTokens, KeepPrompts, KeyRecord, LogPosition, LoggedRequest, MagicLink, OneTimeToken,
    OobChallenge, OwnEmails, PendingRequests, PolledRequest, ProviderVisit, PushNotifications, PushedRequest,
    RefreshTokenOwner, RememberedDevice, RevokedAccessToken, SentCode, Session, SessionClient, SignedIn,
    SkippedEnrollments, StateHandle, TokenFamily, Transaction, UsedCode, UserCode,
};
use mock_idp_core::protocol::RequestedClaims;

use super::batch::Batch;
use super::entries::Bound;
use super::list::for_all_tables;
use super::memory::Definition;
use super::store::Store;
use super::table::Table;

/// The ledger as one request sees it: records that have expired at its time are not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LedgerAt<'l> {
    pub(super) store: &'l Store,
    pub(super) now: i64,
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident: $record:ty, $records:literal, $mebibytes:literal;)*) => {
        impl<'l> LedgerAt<'l> {
            $($(#[$doc])*
            pub(crate) fn $name(self) -> Table<'l, $record> {
                const DEFINITION: Definition<$record> =
                    Definition { name: stringify!($name), bound: Bound::new($records, $mebibytes), entries: |tables| &mut tables.$name };
                Table { store: self.store, definition: &DEFINITION, now: self.now }
            })*
        }
    };
}

for_all_tables!(accessors);

impl<'l> LedgerAt<'l> {
    /// Another number after each change of the clock's setting or of the signing keys. `None` if no other process shares the store.
    /// It is known without asking the store.
    pub(crate) fn settings_revision(self) -> Option<u64> {
        match self.store {
            Store::Memory(_) => None,
            #[cfg(any(test, feature = "redis"))]
            Store::Bytes(store) => Some(store.known().settings_revision),
        }
    }

    /// Writes that are committed together.
    pub(crate) fn batch(self) -> Batch<'l> {
        Batch::new(self.store, self.now)
    }
}
