//! The engine: load what a request names, ask the rules, commit what they decided.

mod activation;
mod authn;
mod authorization;
mod backchannel;
mod client;
mod clients;
mod consents;
mod exchange;
mod explain;
mod farewell;
mod holdings;
mod interaction;
mod interclient;
mod management;
mod request;
mod sign_out;
mod snapshots;
mod token;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mock_idp_core::behavior::Behavior;
use mock_idp_core::endpoint::keys::PublishedKey;
use mock_idp_core::moment::Moment;
use mock_idp_core::org::{CompiledServer, Draft, Org, Problems, Urls};
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::tokens::dpop::NonceKey;
use mock_idp_core::trace::{NoteStatus, Trace};

pub use authorization::{Browser, Outcome, SignInStep};
pub use consents::GivenConsent;
pub use management::Shown;
pub use sign_out::SignedOut;

pub use crate::journal::Explained;

use self::snapshots::Snapshots;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::{Explanation, Journal};
use crate::keys::{Held, KeyError, KeyPool, KeyRing};
use crate::ledger::Ledger;
use crate::outbound::KeySets;
use bytes::Bytes;

/// One org: configuration, ledger, keys, clock, faults and journal of its own.
#[derive(Debug)]
pub struct OrgInstance {
    /// The org's subdomain: what addresses it.
    pub name: String,
    pub clock: Clock,
    pub journal: Journal,
    pub faults: Faults,
    snapshots: Snapshots,
    ledger: Ledger,
    keys: KeyRing,
    key_sets: KeySets,
    /// What the nonces for DPoP proofs are made with.
    nonces: NonceKey,
    revision: AtomicU64,
}

impl OrgInstance {
    /// An instance of an org, with keys from the pool.
    pub fn new(org: Org, pool: &mut KeyPool) -> Self {
        let clock = Clock::default();
        Self {
            name: org.identity().subdomain.clone(),
            journal: Journal::default(),
            faults: Faults::default(),
            keys: KeyRing::new(org.servers(), pool, clock.now()),
            clock,
            snapshots: Snapshots::new(Arc::new(org)),
            ledger: Ledger::default(),
            key_sets: KeySets::default(),
            nonces: NonceKey::new(rand::random()),
            revision: AtomicU64::new(0),
        }
    }

    /// The current snapshot; changes do not touch it.
    #[must_use]
    pub fn org(&self) -> Arc<Org> {
        self.snapshots.current()
    }

    /// The warning for an org that does not answer as Okta does.
    #[must_use]
    pub fn behavior_warning(&self) -> Option<String> {
        let behavior = self.org().behavior();
        let openid = behavior == Behavior::Openid;
        openid.then(|| format!("Does not answer as Okta where OpenID asks for something else (behavior: {behavior})."))
    }

    /// Changes the org until the next reset. Changes are made one after the other.
    ///
    /// # Errors
    /// The change's own, or the changed org is not valid; the org stays as it is.
    pub fn change<T, E: From<Problems>>(&self, change: impl FnOnce(&mut Draft) -> Result<T, E>) -> Result<T, E> {
        let result = self.snapshots.change(self.clock.now(), change)?;
        self.revised();
        Ok(result)
    }

    /// Changes what the org was started with, and the org.
    ///
    /// # Errors
    /// As of [`Self::change`].
    pub fn change_seed<E: From<Problems>>(&self, change: impl Fn(&mut Draft) -> Result<(), E>) -> Result<(), E> {
        self.snapshots.change_seed(self.clock.now(), change)?;
        self.revised();
        Ok(())
    }

    /// Removes everything that sign-ins, tests and changes have left behind.
    pub async fn reset(&self) {
        self.ledger.clear().await;
        self.snapshots.reset();
        self.key_sets.clear();
        self.keys.reset();
        self.revised();
        self.clock.reset();
        self.faults.clear();
        self.journal.clear();
    }

    /// Which state the org and its keys are in: another number after every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// The state has changed.
    fn revised(&self) {
        self.revision.fetch_add(1, Ordering::AcqRel);
    }

    /// The keys of a server.
    ///
    /// # Errors
    /// Key generation failed.
    async fn keys(&self, server: &CompiledServer) -> Result<Arc<Held>, OAuthError> {
        self.keys.of(server, self.clock.now()).await.map_err(no_keys)
    }

    /// The key set of a server, as it goes over the wire, and for how many seconds it may be kept: until the next rotation,
    /// if one is planned.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn key_set(&self, server: &CompiledServer) -> Result<(Bytes, Option<i64>), OAuthError> {
        let held = self.keys(server).await?;
        let lasts = held.next_rotation(server).map(|at| (at - self.clock.now()).clamp(0, Held::PERIOD));
        Ok((held.key_set(), lasts))
    }

    /// The published keys of a server, the one that signs first.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn published_keys(&self, server: &CompiledServer) -> Result<Vec<PublishedKey>, OAuthError> {
        Ok(self.keys(server).await?.published().to_vec())
    }

    /// Rotates the keys of a server. Okta: ACTIVE becomes EXPIRED, NEXT becomes ACTIVE, and there is a new NEXT.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn rotate_keys(&self, server: &CompiledServer) -> Result<(), OAuthError> {
        let rotated = self.keys.rotate(server, self.clock.now()).await;
        self.revised();
        rotated.map(|_| ()).map_err(no_keys)
    }

    /// Asks a rule: now, randomness and the trace are lent to it.
    fn ask<T>(&self, trace: &mut Trace, rule: impl FnOnce(&mut Moment<'_>) -> T) -> T {
        let mut rng = rand::rng();
        rule(&mut Moment { now: self.clock.now(), rng: &mut rng, trace })
    }
}

fn no_keys(error: KeyError) -> OAuthError {
    OAuthError::new(ErrorId::ServerError, error.to_string())
}

/// A request at one of an org's authorization servers.
#[derive(Clone, Debug)]
pub struct Context {
    pub instance: Arc<OrgInstance>,
    /// The snapshot that the whole request is decided on.
    pub org: Arc<Org>,
    pub server: Arc<CompiledServer>,
    pub urls: Urls,
}

impl<T> Explained<Result<T, OAuthError>> {
    fn new(result: Result<T, OAuthError>, mut trace: Trace, mut explanation: Explanation) -> Self {
        if let Err(refusal) = &result {
            trace.note(NoteStatus::Refused, refusal.id.row().id, refusal.reason.as_str());
        }
        explanation.notes = trace.notes;
        explanation.reason = result.as_ref().err().map(ToString::to_string);
        Self { result, explanation }
    }
}

/// The orgs that one port serves; the first is the default.
#[derive(Debug)]
pub struct Orgs {
    default: Arc<OrgInstance>,
    others: Vec<Arc<OrgInstance>>,
}

impl Orgs {
    /// A server of these orgs.
    #[must_use]
    pub fn new(default: OrgInstance, others: Vec<OrgInstance>) -> Self {
        Self { default: Arc::new(default), others: others.into_iter().map(Arc::new).collect() }
    }

    /// The org that answers where no other is named.
    #[must_use]
    pub fn default_org(&self) -> &Arc<OrgInstance> {
        &self.default
    }

    /// The org of that name.
    #[must_use]
    pub fn org(&self, name: &str) -> Option<&Arc<OrgInstance>> {
        self.orgs().find(|org| org.name == name)
    }

    /// All orgs, the default first.
    pub fn orgs(&self) -> impl Iterator<Item = &Arc<OrgInstance>> {
        std::iter::once(&self.default).chain(&self.others)
    }
}
