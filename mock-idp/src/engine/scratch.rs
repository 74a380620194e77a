//! Scratch instances: an org for requests that must leave nothing behind. Its clients need no credentials, its tokens are recorded
//! instead of signed, and no keys are generated or fetched.

use std::sync::Arc;

use mock_idp_core::endpoint::client_authentication::{AuthenticatedClient, active_client};
use mock_idp_core::ledger::{ClockSetting, Consent, LedgerError, Session, SignedIn, TokenFamily};
use mock_idp_core::model::SessionActions;
use mock_idp_core::org::Org;
use mock_idp_core::protocol::{OAuthError, Scopes};
use mock_idp_core::tokens::{SignedTokens, UnsignedToken, UnsignedTokens, Verified};
use parking_lot::Mutex;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

use super::OrgInstance;
use crate::clock::Clock;
use crate::keys::{KeyPool, KeyRing};
use crate::ledger::{Ledger, NEVER};

/// What a scratch instance assumes instead of checking it.
#[derive(Clone, Debug, Default)]
pub struct Assumptions {
    /// The client that every request comes from.
    pub client_id: String,
    /// How users authenticate (RFC 8176 values); empty: as they did.
    pub amr: Vec<String>,
}

/// Tokens that were recorded instead of signed.
#[derive(Clone, Debug)]
pub struct RecordedTokens {
    pub tokens: UnsignedTokens,
    /// The granted scopes, at the authorization endpoint.
    pub scopes: Option<Scopes>,
}

/// What a scratch instance has besides that of every instance.
#[derive(Debug)]
pub(super) struct Scratch {
    assumptions: Assumptions,
    /// Always seeded alike: the same requests have the same result.
    rng: Mutex<StdRng>,
    recorded: Mutex<Vec<RecordedTokens>>,
}

/// In place of the thumbprint of a client's key.
const KEY: &str = "preview";

/// The id of the session that a browser begins with.
const SESSION: &str = "idxpreview";

impl OrgInstance {
    /// An instance with an empty ledger in memory and a clock that is stopped at `now`.
    #[must_use]
    pub fn scratch(org: Arc<Org>, now: i64, assumptions: Assumptions) -> Self {
        let keys = KeyRing::new(&[], &mut KeyPool::default(), now);
        let rng = Mutex::new(StdRng::seed_from_u64(0));
        let scratch = Scratch { assumptions, rng, recorded: Mutex::default() };
        let clock = Clock::from(ClockSetting::frozen(now));
        let mut instance = Self::with(org, clock, keys, Ledger::default());
        instance.scratch = Some(scratch);
        instance
    }

    /// Begins a session that lasts, whatever the limits of sessions are; the id that a browser sends for it.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub async fn assume_session(&self, proof: SignedIn) -> Result<String, LedgerError> {
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
    pub async fn assume_consent(
        &self,
        server_id: &str,
        client_id: &str,
        user_id: &str,
        scopes: Scopes,
    ) -> Result<(), LedgerError> {
        let key = Consent::key(server_id, client_id, user_id);
        self.ledger.at(self.clock.now()).consents().put(&key, Consent { scopes }, NEVER).await
    }

    /// The tokens of the last answer that has any.
    pub fn recorded_tokens(&self) -> Option<RecordedTokens> {
        self.scratch.as_ref()?.recorded.lock().last().cloned()
    }

    /// The family of a refresh token.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub async fn refresh_token_family(&self, token: &str) -> Result<Option<TokenFamily>, LedgerError> {
        let ledger = self.ledger.at(self.clock.now());
        match ledger.refresh_tokens().get(token).await? {
            Some(owner) => ledger.families().get(&owner.family).await,
            None => Ok(None),
        }
    }
}

impl OrgInstance {
    /// How a user who has authenticated in this way is assumed to have done it.
    pub(super) fn amr(&self, amr: Vec<String>) -> Vec<String> {
        match &self.scratch {
            Some(Scratch { assumptions, .. }) if !assumptions.amr.is_empty() => assumptions.amr.clone(),
            _ => amr,
        }
    }
}

impl Scratch {
    /// Runs a rule with seeded randomness.
    pub(super) fn with_rng<T>(&self, rule: impl FnOnce(&mut StdRng) -> T) -> T {
        rule(&mut self.rng.lock())
    }

    /// The client of every request, as if it had authenticated.
    pub(super) fn client<'a>(&self, org: &'a Org) -> Result<AuthenticatedClient<'a>, OAuthError> {
        let client = active_client(org, &self.assumptions.client_id)?;
        Ok(AuthenticatedClient { client, single_use: None, signature_info: None })
    }

    /// The key of a client that sends a proof, which is not checked.
    pub(super) fn proved_key(&self, dpop: &[String]) -> Option<String> {
        (!dpop.is_empty()).then(|| KEY.to_owned())
    }

    /// Records tokens. In place of a signed token the client gets its `jti`.
    pub(super) fn record(&self, tokens: UnsignedTokens, scopes: Option<Scopes>) -> SignedTokens {
        let name =
            |token: &Option<UnsignedToken>| token.as_ref().map(|token| jti(token).unwrap_or("unsigned").to_owned());
        let issued = SignedTokens {
            access_token: name(&tokens.access_token),
            id_token: name(&tokens.id_token),
            refresh_token: tokens.refresh_token.clone(),
            expires_in: tokens.expires_in,
        };
        let mut recorded = self.recorded.lock();
        recorded.push(RecordedTokens { tokens, scopes });
        issued
    }

    /// The claims of a recorded access token. A token that is encrypted is not known by what is inside, as everywhere.
    pub(super) fn access_token(&self, token: &str) -> Option<Arc<Verified>> {
        let recorded = self.recorded.lock();
        let mut access_tokens = recorded.iter().filter_map(|recorded| recorded.tokens.access_token.as_ref());
        let found = access_tokens.find(|known| known.recipient.is_none() && jti(known) == Some(token))?;
        Some(Arc::new(Verified(found.payload.clone())))
    }
}

fn jti(token: &UnsignedToken) -> Option<&str> {
    token.payload.get("jti").and_then(Value::as_str)
}
