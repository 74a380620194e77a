//! The whole state of an org: saved, and loaded into another mock or later.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use mock_idp_core::ledger::{ClockSetting, LedgerError};
use mock_idp_core::org::{Document, Org, Problems};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::OrgInstance;
use super::randomness::Sequence;
use crate::ledger::{SavedTables, SavedTablesError};
use crate::settings::OrgOverrides;

/// The state of an org. It has all secrets: passwords, private keys, tokens.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrgState {
    /// `mock-idp-state`.
    pub(crate) format: String,
    pub(crate) version: u32,
    /// The org's time when it was saved: seconds since 1970.
    pub(crate) saved_at: i64,
    #[schemars(with = "Map<String, Value>")]
    pub(crate) clock: ClockSetting,
    /// The org document.
    #[schemars(with = "Map<String, Value>")]
    pub(crate) org: Document,
    /// Keys, sessions, tokens and everything else that is stored.
    #[schemars(with = "Map<String, Value>")]
    pub(crate) ledger: SavedTables,
}

/// How the clock is set when a state is loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LoadedClock {
    /// As it was set: one that followed the machine's clock does so again.
    Setting,
    /// It continues from the time at which the state was saved.
    SavedTime,
}

/// Why a state cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("the state has the format {format:?}, version {version}; this version reads {FORMAT:?}, version {VERSION}", FORMAT = OrgState::FORMAT, VERSION = OrgState::VERSION)]
    Format { format: String, version: u32 },
    #[error("{0}")]
    Org(#[from] Problems),
    #[error("{0}")]
    Ledger(#[from] SavedTablesError),
    #[error("{0}")]
    Store(#[from] LedgerError),
}

impl OrgState {
    pub(crate) const FORMAT: &str = "mock-idp-state";
    pub(crate) const VERSION: u32 = 1;
}

impl OrgInstance {
    /// The state of the org.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn state(self: &Arc<Self>) -> Result<OrgState, LedgerError> {
        // Nonces and registration access tokens stay valid where the state is loaded.
        self.dpop_nonce().await?;
        let saved_at = self.clock.now();
        self.write_log().await?;
        let ledger = self.ledger.save(saved_at).await?;
        Ok(OrgState {
            format: OrgState::FORMAT.to_owned(),
            version: OrgState::VERSION,
            saved_at,
            clock: self.clock.setting(),
            org: self.org().to_document(),
            ledger,
        })
    }

    /// Replaces the state of the org by a saved one. A reset still goes back to what the org was started with.
    ///
    /// # Errors
    /// The state has another format, or a part of it is not valid; nothing is changed then.
    pub(crate) async fn load_state(
        &self,
        state: OrgState,
        clock: LoadedClock,
        overrides: OrgOverrides,
    ) -> Result<(), StateError> {
        let OrgState { format, version, saved_at, clock: setting, org, ledger } = state;
        if format != OrgState::FORMAT || version != OrgState::VERSION {
            return Err(StateError::Format { format, version });
        }
        let sequence = Sequence::of_state(&serde_json::to_string(&(&ledger, &org)).unwrap_or_default());
        let org = overrides.apply(Org::from_saved(org)?)?.renamed(&self.name)?;
        let loaded_clock = self.clock.with_setting(setting);
        if clock == LoadedClock::SavedTime {
            loaded_clock.set(saved_at);
        }
        let rows = self.all_rows(&org, &sequence)?;
        let _unchanged = (self.lock_clock().await, self.lock_log().await, self.unstored.storing.lock().await);
        // Records that have expired at the saved time were not saved.
        let revision = self.ledger.load(ledger, loaded_clock.setting(), rows, saved_at).await?;
        self.unwritten_log.clear();
        self.snapshots.load(org);
        self.unstored.clear();
        self.unstored.revision.store(revision, Ordering::Release);
        self.key_sets.clear();
        self.provider_answers.clear();
        self.increment_revision();
        // Values that the saved state has taken are not given again.
        self.randomness.begin(&sequence);
        self.clock.follow(loaded_clock.setting());
        Ok(())
    }
}
