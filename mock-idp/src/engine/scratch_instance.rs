//! Scratch instances: an org for requests that must leave nothing behind. No keys are generated or fetched for them.

use std::sync::Arc;

use mock_idp_core::ledger::{ClockSetting, Consent, LedgerError, Session, SignedIn, TokenFamily};
use mock_idp_core::model::SessionActions;
use mock_idp_core::org::Org;
use mock_idp_core::protocol::Scopes;
use serde_json::{Map, Value};

use super::OrgInstance;
use super::randomness::Randomness;
use super::scratch::{Assumptions, RecordedTokens, Scratch};
use crate::clock::Clock;
use crate::keys::{KeyPool, KeyRing, NewKeys};
use crate::ledger::{Ledger, NEVER};
use crate::seed::Seed;

/// The id of the session that a browser begins with.
const SESSION: &str = "idxpreview";

impl OrgInstance {
    /// An instance with an empty ledger in memory and a clock that is stopped at `now`.
    #[must_use]
    pub(crate) fn scratch(org: Arc<Org>, now: i64, assumptions: Assumptions) -> Self {
        let keys = KeyRing::new(&[], &mut KeyPool::default(), NewKeys::default(), now);
        let clock = Clock::from(ClockSetting::frozen(now));
        // Always seeded alike: the same requests have the same result.
        let randomness = Randomness::new(Some(Seed::of_org(0, SESSION)));
        let mut instance = Self::with(org, clock, keys, Ledger::default(), randomness);
        instance.hooks = Arc::clone(&assumptions.hooks);
        instance.scratch = Some(Scratch::new(assumptions));
        instance
    }

    /// Begins a session that lasts, whatever the limits of sessions are; the id that a browser sends for it.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn assume_session(&self, proof: SignedIn) -> Result<String, LedgerError> {
        const SPARE_MINUTES: i64 = 24 * 60;
        let now = self.clock.now();
        let minutes = (now.saturating_sub(proof.auth_time).max(0) / 60).saturating_add(SPARE_MINUTES);
        let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
        let limits = SessionActions { max_session_lifetime_minutes: minutes, ..SessionActions::default() };
        let ledger = self.ledger.at(now);
        ledger.sessions().put(SESSION, Session::new(proof, limits, now), NEVER).await?;
        Ok(SESSION.to_owned())
    }

    /// Records that a user has allowed a client these scopes at a server.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn assume_consent(
        &self,
        server_id: &str,
        client_id: &str,
        user_id: &str,
        scopes: Scopes,
    ) -> Result<(), LedgerError> {
        let key = Consent::key(server_id, client_id, user_id);
        self.ledger
            .at(self.clock.now())
            .consents()
            .put(&key, Consent { scopes, created: self.clock.now() }, NEVER)
            .await
    }

    /// Adds an access token that was issued before, by its claims. It is presented by its `jti`.
    pub(crate) fn assume_access_token(&self, claims: Map<String, Value>) {
        if let Some(scratch) = &self.scratch {
            scratch.add_earlier(claims);
        }
    }

    /// The tokens of the last answer that has any.
    pub(crate) fn recorded_tokens(&self) -> Option<RecordedTokens> {
        self.scratch.as_ref()?.recorded_tokens()
    }

    /// The family of a refresh token.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn refresh_token_family(&self, token: &str) -> Result<Option<TokenFamily>, LedgerError> {
        let ledger = self.ledger.at(self.clock.now());
        match ledger.refresh_tokens().get(token).await? {
            Some(owner) => ledger.families().get(&owner.family).await,
            None => Ok(None),
        }
    }
}

impl OrgInstance {
    /// Whether it is thrown away after a preview.
    pub(super) fn is_scratch(&self) -> bool {
        self.scratch.is_some()
    }

    /// How a user who has authenticated in this way is assumed to have done it.
    pub(super) fn amr(&self, amr: Vec<String>) -> Vec<String> {
        match &self.scratch {
            Some(Scratch { assumptions, .. }) if !assumptions.amr.is_empty() => assumptions.amr.clone(),
            _ => amr,
        }
    }
}
