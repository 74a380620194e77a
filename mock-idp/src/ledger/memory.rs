//! The tables of an org in memory, behind one lock, which makes a batch atomic.

use mock_idp_core::ledger::{
    ClockSetting, Code, Consent, ConsumedValue, DeviceSecret, FailedSignIns, InterclientGrant, IssuedTokens, KeyRecord,
    PendingRequests, PolledRequest, PushedRequest, RefreshTokenOwner, RevokedAccessToken, Session, SessionClient,
    SignedIn, TokenFamily, Transaction, UserCode,
};
use mock_idp_core::protocol::RequestedClaims;
use parking_lot::{Mutex, MutexGuard};

use super::entries::Entries;
use super::list::for_all_tables;

macro_rules! memory_tables {
    ($($(#[$doc:meta])* $name:ident: $record:ty, $records:literal, $mebibytes:literal;)*) => {
        /// The tables of a ledger in memory.
        #[derive(Debug, Default)]
        pub(super) struct MemoryTables {
            $(pub(super) $name: Entries<$record>,)*
        }

        /// The names of all tables.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

for_all_tables!(memory_tables);

/// All tables of one org.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<MemoryTables>);

impl Memory {
    pub(super) fn lock(&self) -> MutexGuard<'_, MemoryTables> {
        self.0.lock()
    }

    /// Removes all records, except those of revoked access tokens.
    pub(super) fn clear(&self) {
        let mut tables = self.0.lock();
        let revoked_access_tokens = std::mem::take(&mut tables.revoked_access_tokens);
        let cleared =
            std::mem::replace(&mut *tables, MemoryTables { revoked_access_tokens, ..MemoryTables::default() });
        drop(tables);
        // Freed outside the lock.
        drop(cleared);
    }
}
